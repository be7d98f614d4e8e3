// A ship that is ready exactly when all flash is made to wait for the next time.
#include <algorithm>
#include <iostream>

using big = __int128;

static big euclid(big a, big b, big &x, big &y) {
    if (b == 0) {
        x = 1;
        y = 0;
        return a;
    }
    big u, v;
    const big g = euclid(b, a % b, u, v);
    x = v;
    y = u - a / b * v;
    return g;
}

int main() {
    int n, q;
    std::cin >> n >> q;
    big moment = 0, step = 1;
    long long earliest = 0;
    for (int i = 0; i < n; ++i) {
        long long p, f;
        std::cin >> p >> f;
        earliest = std::max(earliest, f);
        big x, y;
        const big g = euclid(step, p, x, y);
        const big gap = f - moment;
        if (gap % g != 0) {
            std::cout << "never\n";
            return 0;
        }
        const big part = p / g;
        big times = (gap / g % part) * (x % part) % part;
        if (times < 0) times += part;
        moment += step * times;
        step *= part;
    }
    while (q--) {
        long long t;
        std::cin >> t;
        const big from = std::max(t, earliest - 1);
        big enter = moment;
        if (enter <= from) enter += ((from - enter) / step + 1) * step;
        std::cout << static_cast<long long>(enter) << '\n';
    }
}

// Multiplies remainders in 64 bits, which overflows for large periods.
#include <algorithm>
#include <iostream>

static unsigned long long euclid(long long a, long long b, long long &x, long long &y) {
    if (b == 0) {
        x = 1;
        y = 0;
        return a;
    }
    long long u, v;
    const long long g = euclid(b, a % b, u, v);
    x = v;
    y = u - a / b * v;
    return g;
}

int main() {
    int n, q;
    std::cin >> n >> q;
    long long moment = 0, step = 1, earliest = 0;
    for (int i = 0; i < n; ++i) {
        long long p, f, x, y;
        std::cin >> p >> f;
        earliest = std::max(earliest, f);
        const long long g = euclid(step, p, x, y);
        const long long gap = f - moment;
        if (gap % g != 0) {
            std::cout << "never\n";
            return 0;
        }
        const long long part = p / g;
        // Unsigned, so that it wraps and does not trap.
        const auto product = static_cast<unsigned long long>(gap / g) * static_cast<unsigned long long>(x);
        long long times = static_cast<long long>(product) % part;
        if (times < 0) times += part;
        moment += step * times;
        step *= part;
    }
    while (q--) {
        long long t;
        std::cin >> t;
        const long long from = std::max(t, earliest);
        const long long turns = from > moment ? (from - moment + step - 1) / step : 0;
        std::cout << moment + turns * step << '\n';
    }
}

// Reads periods and first flashes with stoi, which throws at 2^31 and above.
#include <algorithm>
#include <iostream>
#include <numeric>
#include <string>

int main() {
    int n, q;
    std::cin >> n >> q;
    __int128 moment = 0, step = 1;
    long long earliest = 0;
    for (int i = 0; i < n; ++i) {
        std::string p_word, f_word;
        std::cin >> p_word >> f_word;
        const long long p = std::stoi(p_word), f = std::stoi(f_word);
        earliest = std::max(earliest, f);
        // Inverse of the step, by the extended Euclidean algorithm.
        __int128 a = step, b = p, x = 1, u = 0;
        while (b) {
            const __int128 whole = a / b;
            a -= whole * b;
            std::swap(a, b);
            x -= whole * u;
            std::swap(x, u);
        }
        const __int128 gap = f - moment;
        if (gap % a != 0) {
            std::cout << "never\n";
            return 0;
        }
        const __int128 part = p / a;
        __int128 times = (gap / a % part) * (x % part) % part;
        if (times < 0) times += part;
        moment += step * times;
        step *= part;
    }
    while (q--) {
        long long t;
        std::cin >> t;
        const __int128 from = std::max(t, earliest);
        const __int128 turns = from > moment ? (from - moment + step - 1) / step : 0;
        std::cout << static_cast<long long>(moment + turns * step) << '\n';
    }
}

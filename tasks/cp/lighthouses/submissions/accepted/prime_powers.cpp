// Takes the periods apart into prime powers, keeps the highest of each prime, and builds the moment in mixed radix.
#include <algorithm>
#include <iostream>
#include <map>
#include <utility>
#include <vector>

using big = __int128;

static long long power(long long base, long long exponent, long long modulus) {
    big result = 1, square = base % modulus;
    for (; exponent; exponent /= 2, square = square * square % modulus)
        if (exponent % 2) result = result * square % modulus;
    return static_cast<long long>(result % modulus);
}

int main() {
    int n, q;
    std::cin >> n >> q;
    std::map<long long, std::pair<long long, long long>> highest;  // prime: (its power, remainder)
    long long earliest = 0;
    bool possible = true;
    const auto keep = [&](long long prime, long long whole, long long first) {
        auto &[top, rest] = highest.try_emplace(prime, 1, 0).first->second;
        const long long both = std::min(top, whole);
        if (rest % both != first % both) possible = false;
        if (whole > top) {
            top = whole;
            rest = first % whole;
        }
    };
    for (int i = 0; i < n; ++i) {
        long long p, f;
        std::cin >> p >> f;
        earliest = std::max(earliest, f);
        for (long long d = 2; d * d <= p; ++d) {
            long long whole = 1;
            for (; p % d == 0; p /= d) whole *= d;
            if (whole > 1) keep(d, whole, f);
        }
        if (p > 1) keep(p, p, f);
    }
    if (!possible) {
        std::cout << "never\n";
        return 0;
    }
    long long moment = 0, step = 1;
    for (const auto &[prime, found] : highest) {
        const auto [modulus, rest] = found;
        // Euler: the inverse is the power phi - 1.
        const long long inverse = power(step % modulus, modulus / prime * (prime - 1) - 1, modulus);
        const long long gap = ((rest - moment) % modulus + modulus) % modulus;
        moment += step * static_cast<long long>(big(gap) * inverse % modulus);
        step *= modulus;
    }
    while (q--) {
        long long t;
        std::cin >> t;
        const long long from = std::max(t, earliest);
        const long long turns = from > moment ? (from - moment + step - 1) / step : 0;
        std::cout << moment + turns * step << '\n';
    }
}

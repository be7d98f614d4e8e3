// Crashes: its own greatest common divisor divides by zero when b divides a.
#include <iostream>

long long common(long long x, long long y) {
    while (true) {
        long long r = x % y;
        if (r == 0) return y;
        x = y;
        y = r;
    }
}

int main() {
    long long a, b, s;
    std::cin >> a >> b >> s;
    long long period = b / common(b, a % b);
    for (long long x = 0; x < period && a * x <= s; x++) {
        if ((s - a * x) % b == 0) {
            std::cout << x << " " << (s - a * x) / b << "\n";
            return 0;
        }
    }
    std::cout << "impossible\n";
}

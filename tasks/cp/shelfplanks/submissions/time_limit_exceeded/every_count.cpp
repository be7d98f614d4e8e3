// Too slow: tries every count of the first length that fits on the wall.
#include <iostream>

int main() {
    long long a, b, s;
    std::cin >> a >> b >> s;
    for (long long x = 0; a * x <= s; x++) {
        if ((s - a * x) % b == 0) {
            std::cout << x << " " << (s - a * x) / b << "\n";
            return 0;
        }
    }
    std::cout << "impossible\n";
}

// Tries every useful count of the second length.
#include <iostream>

int main() {
    long long a, b, s;
    std::cin >> a >> b >> s;
    for (long long y = 0; y < a && b * y <= s; y++) {
        if ((s - b * y) % a == 0) {
            std::cout << (s - b * y) / a << " " << y << "\n";
            return 0;
        }
    }
    std::cout << "impossible\n";
}

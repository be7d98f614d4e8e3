// Wrong: never tries b - 1 planks of length a.
#include <iostream>

int main() {
    long long a, b, s;
    std::cin >> a >> b >> s;
    for (long long x = 0; x < b - 1 || x == 0; x++) {
        if (a * x <= s && (s - a * x) % b == 0) {
            std::cout << x << " " << (s - a * x) / b << "\n";
            return 0;
        }
    }
    std::cout << "impossible\n";
}

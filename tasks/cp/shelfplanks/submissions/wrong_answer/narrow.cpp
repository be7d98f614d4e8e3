// Wrong: the length of the shelf does not fit into an int.
#include <iostream>

int main() {
    int a, b, s;
    std::cin >> a >> b >> s;
    for (int x = 0; x < b && x <= s / a; x++) {
        if ((s - a * x) % b == 0) {
            std::cout << x << " " << (s - a * x) / b << "\n";
            return 0;
        }
    }
    std::cout << "impossible\n";
}

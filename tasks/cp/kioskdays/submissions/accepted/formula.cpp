// Counts the days up to b less those before a, by inclusion and exclusion.
#include <iostream>
#include <numeric>

int main() {
    long long p, q, a, b;
    std::cin >> p >> q >> a >> b;
    long long both = std::lcm(p, q);
    auto until = [&](long long day) { return day / p + day / q - 2 * (day / both); };
    std::cout << until(b) - until(a - 1) << "\n";
}

// Wrong: the day on which both come is computed in 32 bits.
#include <iostream>
#include <numeric>

int main() {
    unsigned p, q;
    long long a, b;
    std::cin >> p >> q >> a >> b;
    unsigned both = p / std::gcd(p, q) * q;
    if (both == 0) both = 1;
    auto until = [&](long long day) { return day / p + day / q - 2 * (day / both); };
    std::cout << until(b) - until(a - 1) << "\n";
}

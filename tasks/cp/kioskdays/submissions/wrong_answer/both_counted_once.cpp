// Wrong: keeps the kiosk open on days with both.
#include <iostream>
#include <numeric>

int main() {
    long long p, q, a, b;
    std::cin >> p >> q >> a >> b;
    long long both = std::lcm(p, q);
    auto until = [&](long long day) { return day / p + day / q - day / both; };
    std::cout << until(b) - until(a - 1) << "\n";
}

// Crashes: std::stoi throws when a day does not fit into an int.
#include <iostream>
#include <numeric>
#include <string>

int main() {
    std::string words[4];
    long long value[4];
    for (int i = 0; i < 4; i++) {
        std::cin >> words[i];
        value[i] = std::stoi(words[i]);
    }
    long long p = value[0], q = value[1], both = std::lcm(p, q);
    auto until = [&](long long day) { return day / p + day / q - 2 * (day / both); };
    std::cout << until(value[3]) - until(value[2] - 1) << "\n";
}

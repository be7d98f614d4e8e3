// Knows the period but thinks that it holds from the start.
#include <iostream>
#include <vector>

int main() {
    const int period = 148;
    std::vector<int> table(period, 0);
    for (int length = 1; length < period; ++length) {
        std::vector<char> reached(64, 0);
        if (length == 2 || length == 3) reached[0] = 1;
        for (const int cut : {2, 3})
            for (int left = 1; 2 * left <= length - cut; ++left) reached[table[left] ^ table[length - cut - left]] = 1;
        while (reached[table[length]]) ++table[length];
    }
    int games;
    std::cin >> games;
    while (games--) {
        int strings, total = 0;
        std::cin >> strings;
        while (strings--) {
            long long length;
            std::cin >> length;
            total ^= table[length % period];
        }
        std::cout << (total ? "Ines" : "Tomas") << '\n';
    }
}

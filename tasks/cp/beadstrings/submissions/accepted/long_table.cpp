// Grundy numbers of 3000 lengths; the period is the least one with which the last two thirds of them repeat.
#include <iostream>
#include <vector>

int main() {
    const int size = 3000;
    std::vector<int> table(size, 0);
    for (int length = 1; length < size; ++length) {
        std::vector<char> reached(64, 0);
        if (length == 2 || length == 3) reached[0] = 1;
        for (const int cut : {2, 3})
            for (int left = 1; 2 * left <= length - cut; ++left) reached[table[left] ^ table[length - cut - left]] = 1;
        while (reached[table[length]]) ++table[length];
    }
    const int start = size / 3;
    int period = 1;
    for (int i = start; i + period < size; ++i)
        if (table[i] != table[i + period]) {
            ++period;
            i = start - 1;
        }
    int games;
    std::cin >> games;
    while (games--) {
        int strings, total = 0;
        std::cin >> strings;
        while (strings--) {
            long long length;
            std::cin >> length;
            total ^= table[length < size ? length : start + (length - start) % period];
        }
        std::cout << (total ? "Ines" : "Tomas") << '\n';
    }
}

// Believes in a period as soon as the last 8 numbers of a table of 150 fit it.
#include <iostream>
#include <vector>

int main() {
    const int size = 150;
    std::vector<int> table(size, 0);
    for (int length = 1; length < size; ++length) {
        std::vector<char> reached(64, 0);
        if (length == 2 || length == 3) reached[0] = 1;
        for (const int cut : {2, 3})
            for (int left = 1; 2 * left <= length - cut; ++left) reached[table[left] ^ table[length - cut - left]] = 1;
        while (reached[table[length]]) ++table[length];
    }
    int period = 1;
    for (int i = size - 8; i < size; ++i)
        if (table[i] != table[i - period]) {
            ++period;
            i = size - 9;
        }
    const int start = size - period;
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

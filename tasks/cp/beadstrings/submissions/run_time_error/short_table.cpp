// Has a table up to 5000 beads, and looks up every length in it: out_of_range.
#include <iostream>
#include <vector>

int main() {
    const int size = 5001;
    std::vector<int> table(size, 0);
    for (int length = 1; length < size; ++length) {
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
            total ^= table.at(length);
        }
        std::cout << (total ? "Ines" : "Tomas") << '\n';
    }
}

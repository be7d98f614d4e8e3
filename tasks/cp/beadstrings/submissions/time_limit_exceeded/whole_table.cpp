// Works out the Grundy number of every length up to the longest string: quadratic, and that is very long.
#include <algorithm>
#include <iostream>
#include <vector>

int main() {
    int games;
    std::cin >> games;
    std::vector<std::vector<long long>> strings(games);
    long long longest = 0;
    for (auto &lengths : strings) {
        int count;
        std::cin >> count;
        lengths.resize(count);
        for (auto &length : lengths) {
            std::cin >> length;
            longest = std::max(longest, length);
        }
    }
    std::vector<int> table(1, 0);
    for (long long length = 1; length <= longest; ++length) {
        std::vector<char> reached(64, 0);
        if (length == 2 || length == 3) reached[0] = 1;
        for (const int cut : {2, 3})
            for (long long left = 1; 2 * left <= length - cut; ++left)
                reached[table[left] ^ table[length - cut - left]] = 1;
        table.push_back(static_cast<int>(std::find(reached.begin(), reached.end(), 0) - reached.begin()));
    }
    for (const auto &lengths : strings) {
        int total = 0;
        for (const long long length : lengths) total ^= table[length];
        std::cout << (total ? "Ines" : "Tomas") << '\n';
    }
}

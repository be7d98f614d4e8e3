// Wrong: the pools are kept in 32 bits.
#include <algorithm>
#include <iostream>
#include <string>

int main() {
    std::string word, from = "bdmn", to = "qpwu";
    int n;
    std::cin >> word >> n;
    auto form = [&](char c) { return from.find(c) == std::string::npos ? c : to[from.find(c)]; };
    int need[128] = {}, have[128] = {};
    for (char c : word) need[(int)form(c)]++;
    while (n--) {
        char c;
        long long count;
        std::cin >> c >> count;
        have[(int)form(c)] += (int)(count % (1LL << 31));
    }
    int signs = 2'000'000'000;
    for (int c = 'a'; c <= 'z'; c++)
        if (need[c]) signs = std::min(signs, have[c] / need[c]);
    std::cout << signs << "\n";
}

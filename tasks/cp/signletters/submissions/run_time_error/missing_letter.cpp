// Crashes: std::map::at throws for a letter that is not in the box.
#include <algorithm>
#include <iostream>
#include <map>
#include <string>

int main() {
    std::string word, from = "bdmn", to = "qpwu";
    int n;
    std::cin >> word >> n;
    auto form = [&](char c) { return from.find(c) == std::string::npos ? c : to[from.find(c)]; };
    std::map<char, long long> need, have;
    for (char c : word)
        if (c != '-') need[form(c)]++;
    while (n--) {
        char c;
        long long count;
        std::cin >> c >> count;
        have[form(c)] += count;
    }
    long long signs = 4'000'000'000'000'000'000;
    for (auto [c, count] : need) signs = std::min(signs, have.at(c) / count);
    std::cout << signs << "\n";
}

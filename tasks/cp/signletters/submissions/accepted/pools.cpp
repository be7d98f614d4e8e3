// Pools each letter with its turned form.
#include <algorithm>
#include <iostream>
#include <string>

char form(char c) {
    switch (c) {
        case 'b': return 'q';
        case 'd': return 'p';
        case 'm': return 'w';
        case 'n': return 'u';
        default: return c;
    }
}

int main() {
    std::string word;
    int n;
    std::cin >> word >> n;
    long long need[128] = {}, have[128] = {};
    for (char c : word)
        if (c != '-') need[(int)form(c)]++;
    while (n--) {
        char c;
        long long count;
        std::cin >> c >> count;
        have[(int)form(c)] += count;
    }
    long long signs = 4'000'000'000'000'000'000;
    for (int c = 0; c < 128; c++)
        if (need[c]) signs = std::min(signs, have[c] / need[c]);
    std::cout << signs << "\n";
}

// Wrong: never turns a letter.
#include <algorithm>
#include <iostream>
#include <string>

int main() {
    std::string word;
    int n;
    std::cin >> word >> n;
    long long need[128] = {}, have[128] = {};
    for (char c : word) need[(int)c]++;
    while (n--) {
        char c;
        std::cin >> c;
        std::cin >> have[(int)c];
    }
    long long signs = 4'000'000'000'000'000'000;
    for (int c = 'a'; c <= 'z'; c++)
        if (need[c]) signs = std::min(signs, have[c] / need[c]);
    std::cout << signs << "\n";
}

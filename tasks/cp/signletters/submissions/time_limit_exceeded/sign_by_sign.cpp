// Too slow: makes one sign after the other.
#include <iostream>
#include <string>

int main() {
    std::string word, from = "bdmn", to = "qpwu";
    int n;
    std::cin >> word >> n;
    auto form = [&](char c) { return from.find(c) == std::string::npos ? c : to[from.find(c)]; };
    long long have[128] = {};
    while (n--) {
        char c;
        long long count;
        std::cin >> c >> count;
        have[(int)form(c)] += count;
    }
    long long signs = 0;
    while (true) {
        for (char c : word) {
            if (c != '-' && have[(int)form(c)]-- == 0) {
                std::cout << signs << "\n";
                return 0;
            }
        }
        signs++;
    }
}

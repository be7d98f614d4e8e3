// Crashes: std::stoi throws for a count that does not fit into an int.
#include <algorithm>
#include <cctype>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

std::vector<std::pair<char, long long>> runs() {
    std::string text;
    std::cin >> text;
    std::vector<std::pair<char, long long>> found;
    for (size_t i = 0; i < text.size();) {
        char letter = text[i++];
        std::string digits;
        while (i < text.size() && isdigit((unsigned char)text[i])) digits += text[i++];
        int count = digits.empty() ? 1 : std::stoi(digits);
        if (!found.empty() && found.back().first == letter)
            found.back().second += count;
        else
            found.push_back({letter, count});
    }
    return found;
}

int main() {
    auto a = runs(), b = runs();
    long long done = 0;
    for (size_t i = 0; i < std::max(a.size(), b.size()); i++) {
        if (i >= a.size() || i >= b.size() || a[i].first != b[i].first) {
            std::cout << done + 1 << "\n";
            return 0;
        }
        if (a[i].second != b[i].second) {
            std::cout << done + std::min(a[i].second, b[i].second) + 1 << "\n";
            return 0;
        }
        done += a[i].second;
    }
    std::cout << "same\n";
}

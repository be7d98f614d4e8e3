// Wrong: compares run by run, although one run may be written as several.
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
        long long count = 0;
        while (i < text.size() && isdigit((unsigned char)text[i])) count = count * 10 + (text[i++] - '0');
        found.push_back({letter, std::max(count, 1LL)});
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

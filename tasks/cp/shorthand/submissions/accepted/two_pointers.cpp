// Two pointers over the shorthands, one run in hand of each.
#include <algorithm>
#include <cctype>
#include <iostream>
#include <string>

struct Reader {
    std::string text;
    size_t at = 0;
    char letter = 0;
    long long left = 0;

    // False at the end of the text.
    bool fill() {
        if (left > 0) return true;
        if (at == text.size()) return false;
        letter = text[at++];
        long long count = 0;
        while (at < text.size() && isdigit((unsigned char)text[at])) count = count * 10 + (text[at++] - '0');
        left = std::max(count, 1LL);
        return true;
    }
};

int main() {
    Reader a, b;
    std::cin >> a.text >> b.text;
    long long done = 0;
    while (true) {
        bool more_a = a.fill(), more_b = b.fill();
        if (!more_a && !more_b) {
            std::cout << "same\n";
            return 0;
        }
        if (!more_a || !more_b || a.letter != b.letter) {
            std::cout << done + 1 << "\n";
            return 0;
        }
        long long step = std::min(a.left, b.left);
        done += step;
        a.left -= step;
        b.left -= step;
    }
}

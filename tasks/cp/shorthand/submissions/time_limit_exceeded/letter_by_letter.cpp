// Too slow: compares the texts letter by letter.
#include <algorithm>
#include <cctype>
#include <iostream>
#include <string>

struct Reader {
    std::string text;
    size_t at = 0;
    char letter = 0;
    long long left = 0;

    // The next letter; 0 at the end of the text.
    char next() {
        if (left == 0) {
            if (at == text.size()) return 0;
            letter = text[at++];
            long long count = 0;
            while (at < text.size() && isdigit((unsigned char)text[at])) count = count * 10 + (text[at++] - '0');
            left = std::max(count, 1LL);
        }
        left--;
        return letter;
    }
};

int main() {
    Reader a, b;
    std::cin >> a.text >> b.text;
    for (long long position = 1;; position++) {
        char x = a.next(), y = b.next();
        if (x != y) {
            std::cout << position << "\n";
            return 0;
        }
        if (x == 0) {
            std::cout << "same\n";
            return 0;
        }
    }
}

// Wrong: the position is kept in an int.
#include <algorithm>
#include <cctype>
#include <iostream>
#include <string>

std::string text[2];
size_t at[2];
char letter[2];
long long left[2];

bool fill(int k) {
    if (left[k] > 0) return true;
    if (at[k] == text[k].size()) return false;
    letter[k] = text[k][at[k]++];
    long long count = 0;
    while (at[k] < text[k].size() && isdigit((unsigned char)text[k][at[k]])) count = count * 10 + (text[k][at[k]++] - '0');
    left[k] = std::max(count, 1LL);
    return true;
}

int main() {
    std::cin >> text[0] >> text[1];
    int done = 0;
    while (true) {
        bool more[2] = {fill(0), fill(1)};
        if (!more[0] && !more[1]) {
            std::cout << "same\n";
            return 0;
        }
        if (!more[0] || !more[1] || letter[0] != letter[1]) {
            std::cout << done + 1 << "\n";
            return 0;
        }
        long long step = std::min(left[0], left[1]);
        done = (int)(done + step);
        left[0] -= step;
        left[1] -= step;
    }
}

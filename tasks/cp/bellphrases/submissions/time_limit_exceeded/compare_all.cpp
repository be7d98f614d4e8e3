// Binary search for the length, but compares each passage with all later ones, letter by letter.
#include <cstring>
#include <iostream>
#include <string>

int main() {
    int n, k;
    std::string melody;
    std::cin >> n >> k >> melody;
    const auto first_start = [&](int length) {
        for (int start = 0; start + length <= n; ++start) {
            int times = 1;
            for (int other = start + length; other + length <= n; ++other)
                if (std::memcmp(&melody[start], &melody[other], length) == 0) {
                    ++times;
                    other += length - 1;
                }
            if (times >= k) return start;
        }
        return n;
    };
    int low = 0, high = n / k, answer = n;
    while (low < high) {
        const int middle = (low + high + 1) / 2, found = first_start(middle);
        if (found == n) {
            high = middle - 1;
        } else {
            low = middle;
            answer = found;
        }
    }
    if (low == 0)
        std::cout << "0\n";
    else
        std::cout << low << ' ' << answer + 1 << '\n';
}

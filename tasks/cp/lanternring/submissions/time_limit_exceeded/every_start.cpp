// Too slow: extends a stretch from every lantern; quadratic.
#include <algorithm>
#include <iostream>
#include <map>
#include <string>

int main() {
    int n, k;
    std::string ring;
    std::cin >> n >> k >> ring;
    int longest = 0;
    for (int start = 0; start < n; start++) {
        std::map<char, int> count;
        for (int length = 1; length <= n; length++) {
            count[ring[(start + length - 1) % n]]++;
            int most = 0;
            for (auto& [colour, times] : count) most = std::max(most, times);
            if (length - most <= k) longest = std::max(longest, length);
        }
    }
    std::cout << longest << "\n";
}

// Wrong: starts from the longest run and paints at its ends.
#include <algorithm>
#include <iostream>
#include <string>

int main() {
    int n, k;
    std::string ring;
    std::cin >> n >> k >> ring;
    int best = 0, from = 0;
    for (int i = 0; i < n; i++) {
        int length = 1;
        while (length < n && ring[(i + length) % n] == ring[i]) length++;
        if (length > best) {
            best = length;
            from = i;
        }
    }
    char colour = ring[from];
    int first = from, length = best;
    while (length < n) {
        int right = 0, left = 0;
        while (length + right + 1 < n && ring[(first + length + right + 1) % n] == colour) right++;
        while (length + left + 1 < n && ring[(first - left - 2 + 2 * n) % n] == colour) left++;
        if (k-- == 0) break;
        if (right < left) first = (first - left - 1 + n) % n;
        length += std::max(left, right) + 1;
    }
    std::cout << std::min(length, n) << "\n";
}

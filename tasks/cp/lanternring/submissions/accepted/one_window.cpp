// One window that never shrinks: it grows whenever its most frequent colour leaves at most k to be painted.
#include <algorithm>
#include <iostream>
#include <string>

int main() {
    int n, k;
    std::string ring;
    std::cin >> n >> k >> ring;
    ring += ring;
    int count[128] = {}, most = 0, start = 0;
    for (int end = 0; end < 2 * n; end++) {
        most = std::max(most, ++count[(int)ring[end]]);
        if (end - start + 1 - most > k) count[(int)ring[start++]]--;
    }
    std::cout << std::min(n, 2 * n - start) << "\n";
}

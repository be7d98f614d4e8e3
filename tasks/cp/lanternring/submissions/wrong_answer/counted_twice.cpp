// Wrong: counts lanterns twice when the stretch goes all the way round.
#include <algorithm>
#include <iostream>
#include <string>

int main() {
    int n, k;
    std::string ring;
    std::cin >> n >> k >> ring;
    ring += ring;
    int longest = 0;
    for (char colour : std::string("rgbyw")) {
        int start = 0, others = 0;
        for (int end = 0; end < 2 * n; end++) {
            others += ring[end] != colour;
            while (others > k) others -= ring[start++] != colour;
            longest = std::max(longest, end - start + 1);
        }
    }
    std::cout << longest << "\n";
}

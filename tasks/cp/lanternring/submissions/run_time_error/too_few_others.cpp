// Crashes: std::vector::at throws when there are at most k lanterns of other colours.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

int main() {
    int n, k;
    std::string ring;
    std::cin >> n >> k >> ring;
    int longest = 0;
    for (char colour : std::string("rgbyw")) {
        if (ring.find(colour) == std::string::npos) continue;
        std::vector<int> others;
        for (int i = 0; i < n; i++)
            if (ring[i] != colour) others.push_back(i);
        int last = others.at(k);
        for (int i = 0; i < (int)others.size(); i++) {
            int j = i + k + 1;
            last = others[j % others.size()] + j / (int)others.size() * n;
            longest = std::max(longest, last - others[i] - 1);
        }
    }
    std::cout << longest << "\n";
}

// Too slow: extends a box from every jar and compares all counts at each step.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

int main() {
    int n, k;
    std::string jars;
    std::cin >> n >> k >> jars;
    long long fair = 0;
    for (int from = 0; from < n; from++) {
        std::vector<int> count(k);
        for (int to = from; to < n; to++) {
            count[jars[to] - 'a']++;
            auto [least, most] = std::minmax_element(count.begin(), count.end());
            fair += *least == *most;
        }
    }
    std::cout << fair << "\n";
}

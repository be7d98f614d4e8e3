// Wrong: only counts boxes with exactly one jar of each flavour.
#include <iostream>
#include <string>

int main() {
    int n, k;
    std::string jars;
    std::cin >> n >> k >> jars;
    int count[10] = {}, distinct = 0, fair = 0;
    for (int i = 0; i < n; i++) {
        distinct += count[jars[i] - 'a']++ == 0;
        if (i >= k) distinct -= --count[jars[i - k] - 'a'] == 0;
        fair += distinct == k;
    }
    std::cout << fair << "\n";
}

// Crashes: looks up the first place of each flavour, and a flavour may be missing.
#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <vector>

int main() {
    int n, k;
    std::string jars;
    std::cin >> n >> k >> jars;
    std::vector<std::vector<int>> places(k);
    for (int i = 0; i < n; i++) places[jars[i] - 'a'].push_back(i);
    int complete = 0;
    for (auto& of : places) complete = std::max(complete, of.at(0));
    std::map<std::vector<int>, long long> seen{{std::vector<int>(k), 1}};
    std::vector<int> counts(k);
    long long fair = 0;
    for (int i = 0; i < n; i++) {
        counts[jars[i] - 'a']++;
        std::vector<int> state = counts;
        for (int& count : state) count -= counts[0];
        if (i >= complete) fair += seen[state];
        seen[state]++;
    }
    std::cout << fair << "\n";
}

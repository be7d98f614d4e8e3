// Sorts the surpluses of each flavour over the first at every place of the belt and counts equal pairs.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

int main() {
    int n, k;
    std::string jars;
    std::cin >> n >> k >> jars;
    std::vector<std::vector<int>> states(1, std::vector<int>(k));
    for (char c : jars) {
        std::vector<int> next = states.back();
        next[c - 'a']++;
        if (next[0] > 0)
            for (int& count : next) count--;
        states.push_back(next);
    }
    for (auto& state : states) {
        int first = state[0];
        for (int& count : state) count -= first;
    }
    std::sort(states.begin(), states.end());
    long long fair = 0, run = 0;
    for (size_t i = 1; i < states.size(); i++) {
        run = states[i] == states[i - 1] ? run + 1 : 0;
        fair += run;
    }
    std::cout << fair << "\n";
}

// Builds the tree of the clearest signals and walks from s through it, once for each pair.
#include <algorithm>
#include <iostream>
#include <numeric>
#include <utility>
#include <vector>
using namespace std;

int main() {
    int n, q;
    cin >> n >> q;
    vector<int> set(n + 1);
    iota(set.begin(), set.end(), 0);
    auto find = [&](int tower) {
        while (set[tower] != tower) tower = set[tower] = set[set[tower]];
        return tower;
    };
    vector<vector<pair<int, int>>> signals(n + 1);
    for (int d = n / 2; d >= 1; d--)
        for (int tower = d; tower + d <= n; tower += d) {
            if (find(tower) == find(tower + d)) continue;
            set[find(tower)] = find(tower + d);
            signals[tower].push_back({tower + d, d});
            signals[tower + d].push_back({tower, d});
        }
    vector<int> worst(n + 1);
    while (q--) {
        int s, t;
        cin >> s >> t;
        fill(worst.begin(), worst.end(), 0);
        worst[s] = n;
        vector<int> stack{s};
        while (!worst[t]) {
            int at = stack.back();
            stack.pop_back();
            for (auto [to, clarity] : signals[at])
                if (!worst[to]) {
                    worst[to] = min(worst[at], clarity);
                    stack.push_back(to);
                }
        }
        cout << worst[t] << "\n";
    }
}

// Joins the multiples of n/2, ..., 2, 1 and keeps the open pairs with their sets; the smaller set's pairs are looked at.
#include <iostream>
#include <numeric>
#include <utility>
#include <vector>
using namespace std;

vector<int> above;

int top(int tower) {
    while (above[tower] != tower) tower = above[tower] = above[above[tower]];
    return tower;
}

int main() {
    int n, q;
    cin >> n >> q;
    above.resize(n + 1);
    iota(above.begin(), above.end(), 0);
    vector<vector<pair<int, int>>> open(n + 1);
    vector<int> clarity(q, 0);
    for (int i = 0; i < q; i++) {
        int s, t;
        cin >> s >> t;
        open[s].push_back({t, i});
        open[t].push_back({s, i});
    }
    for (int d = n / 2; d >= 1; d--)
        for (int tower = 2 * d; tower <= n; tower += d) {
            int a = top(d), b = top(tower);
            if (a == b) continue;
            if (open[a].size() < open[b].size()) swap(a, b);
            above[b] = a;
            for (auto [other, i] : open[b]) {
                if (clarity[i]) continue;
                if (top(other) == a)
                    clarity[i] = d;
                else
                    open[a].push_back({other, i});
            }
            open[b].clear();
        }
    for (int c : clarity) cout << c << "\n";
}

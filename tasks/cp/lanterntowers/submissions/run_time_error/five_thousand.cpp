// Fails: its tables have room for 5000 towers only, and at() throws beyond.
#include <iostream>
#include <numeric>
#include <utility>
#include <vector>
using namespace std;

int main() {
    int n, q;
    cin >> n >> q;
    vector<int> above(5001), joined(5001, 0), size(5001, 1);
    iota(above.begin(), above.end(), 0);
    auto top = [&](int tower) {
        while (above.at(tower) != tower) tower = above[tower];
        return tower;
    };
    for (int d = n / 2; d >= 1; d--)
        for (int tower = 2 * d; tower <= n; tower += d) {
            int a = top(d), b = top(tower);
            if (a == b) continue;
            if (size[a] < size[b]) swap(a, b);
            above[b] = a;
            size[a] += size[b];
            joined[b] = d;
        }
    while (q--) {
        int s, t, clarity = n;
        cin >> s >> t;
        while (s != t) {
            if (above[t] == t || (above[s] != s && joined[s] >= joined[t])) swap(s, t);
            clarity = joined[t];
            t = above[t];
        }
        cout << clarity << "\n";
    }
}

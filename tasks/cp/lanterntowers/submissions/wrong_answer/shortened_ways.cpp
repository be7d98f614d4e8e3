// Wrong: shortens the ways to the top as usual, but the clarity at which a tower was joined is not that of the short cut.
#include <iostream>
#include <numeric>
#include <utility>
#include <vector>
using namespace std;

int main() {
    int n, q;
    cin >> n >> q;
    vector<int> above(n + 1), joined(n + 1, 0);
    iota(above.begin(), above.end(), 0);
    auto top = [&](int tower) {
        while (above[tower] != tower) tower = above[tower] = above[above[tower]];
        return tower;
    };
    for (int d = n / 2; d >= 1; d--)
        for (int tower = 2 * d; tower <= n; tower += d) {
            int a = top(d), b = top(tower);
            if (a == b) continue;
            above[b] = a;
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

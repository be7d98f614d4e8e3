// Too slow: looks for the best way of each pair on its own, tower by tower, with all n signals of each.
#include <algorithm>
#include <iostream>
#include <numeric>
#include <vector>
using namespace std;

int main() {
    int n, q;
    cin >> n >> q;
    while (q--) {
        int s, t;
        cin >> s >> t;
        vector<int> best(n + 1, 0);
        vector<char> done(n + 1, 0);
        best[s] = n;
        while (true) {
            int at = 0;
            for (int tower = 1; tower <= n; tower++)
                if (!done[tower] && (at == 0 || best[tower] > best[at])) at = tower;
            done[at] = 1;
            if (at == t) break;
            for (int tower = 1; tower <= n; tower++)
                if (!done[tower]) best[tower] = max(best[tower], min(best[at], gcd(at, tower)));
        }
        cout << best[t] << "\n";
    }
}

// Starts at the goal and undoes presses, one ring of equal distance after the other.
#include <iostream>
#include <set>
#include <utility>
#include <vector>
using namespace std;

int main() {
    int p, q, s, t, k, m;
    cin >> p >> q >> s >> t >> k >> m;
    vector<pair<int, int>> button(k);
    for (auto& [a, b] : button) cin >> a >> b;
    vector<vector<bool>> closed(p, vector<bool>(q, false));
    for (int i = 0; i < m; i++) {
        int x, y;
        cin >> x >> y;
        closed[x][y] = true;
    }
    vector<pair<int, int>> ring;
    if (!closed[s][t]) ring.push_back({s, t});
    closed[s][t] = true;
    for (int presses = 0; !ring.empty(); presses++) {
        vector<pair<int, int>> next;
        for (auto [x, y] : ring) {
            if (x == 0 && y == 0) {
                cout << presses << "\n";
                return 0;
            }
            for (auto [a, b] : button) {
                int u = ((x - a) % p + p) % p, v = ((y - b) % q + q) % q;
                if (closed[u][v]) continue;
                closed[u][v] = true;
                next.push_back({u, v});
            }
        }
        ring.swap(next);
    }
    cout << -1 << "\n";
}

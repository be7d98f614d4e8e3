// Fails: the remainder of a negative number is negative in C++, and at() throws for such an index.
#include <iostream>
#include <queue>
#include <utility>
#include <vector>
using namespace std;

int main() {
    int p, q, s, t, k, m;
    cin >> p >> q >> s >> t >> k >> m;
    vector<int> a(k), b(k);
    for (int i = 0; i < k; i++) cin >> a[i] >> b[i];
    vector<vector<int>> presses(p, vector<int>(q, -1));
    for (int i = 0; i < m; i++) {
        int x, y;
        cin >> x >> y;
        presses[x][y] = -2;
    }
    presses[0][0] = 0;
    queue<pair<int, int>> open;
    open.push({0, 0});
    while (!open.empty()) {
        auto [x, y] = open.front();
        open.pop();
        for (int i = 0; i < k; i++) {
            int& to = presses.at((x + a[i]) % p).at((y + b[i]) % q);
            if (to != -1) continue;
            to = presses[x][y] + 1;
            open.push({(x + a[i]) % p, (y + b[i]) % q});
        }
    }
    cout << max(-1, presses[s][t]) << "\n";
}

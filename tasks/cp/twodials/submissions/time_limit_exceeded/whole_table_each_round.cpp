// Too slow: goes over the whole table again and again until no entry gets better.
#include <iostream>
#include <vector>
using namespace std;

int main() {
    int p, q, s, t, k, m;
    cin >> p >> q >> s >> t >> k >> m;
    vector<int> a(k), b(k);
    for (int i = 0; i < k; i++) {
        cin >> a[i] >> b[i];
        a[i] = (a[i] % p + p) % p;
        b[i] = (b[i] % q + q) % q;
    }
    const int far = 1e9;
    vector<vector<int>> presses(p, vector<int>(q, far));
    vector<vector<char>> jam(p, vector<char>(q, 0));
    for (int i = 0; i < m; i++) {
        int x, y;
        cin >> x >> y;
        jam[x][y] = 1;
    }
    presses[0][0] = 0;
    bool changed = true;
    while (changed) {
        changed = false;
        auto next = presses;
        for (int x = 0; x < p; x++)
            for (int y = 0; y < q; y++)
                for (int i = 0; i < k; i++) {
                    int u = (x + a[i]) % p, v = (y + b[i]) % q;
                    if (presses[x][y] + 1 < next[u][v] && !jam[u][v]) {
                        next[u][v] = presses[x][y] + 1;
                        changed = true;
                    }
                }
        presses.swap(next);
    }
    cout << (presses[s][t] == far ? -1 : presses[s][t]) << "\n";
}

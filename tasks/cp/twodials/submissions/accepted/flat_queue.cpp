// Breadth-first search over the pairs, held as one number each.
#include <iostream>
#include <queue>
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
    vector<int> presses(p * q, -1);
    vector<char> jam(p * q, 0);
    while (m--) {
        int x, y;
        cin >> x >> y;
        jam[x * q + y] = 1;
    }
    queue<int> open;
    presses[0] = 0;
    open.push(0);
    while (!open.empty()) {
        int at = open.front();
        open.pop();
        for (int i = 0; i < k; i++) {
            int to = (at / q + a[i]) % p * q + (at % q + b[i]) % q;
            if (jam[to] || presses[to] >= 0) continue;
            presses[to] = presses[at] + 1;
            open.push(to);
        }
    }
    cout << presses[s * q + t] << "\n";
}

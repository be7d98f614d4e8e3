// Wrong: takes the absolute value of a negative remainder, so turning below 0 comes out on the wrong number.
#include <cstdlib>
#include <iostream>
#include <queue>
#include <vector>
using namespace std;

int main() {
    int p, q, s, t, k, m;
    cin >> p >> q >> s >> t >> k >> m;
    vector<int> a(k), b(k);
    for (int i = 0; i < k; i++) cin >> a[i] >> b[i];
    vector<int> presses(p * q, -1);
    for (int i = 0; i < m; i++) {
        int x, y;
        cin >> x >> y;
        presses[x * q + y] = -2;
    }
    presses[0] = 0;
    queue<int> open;
    open.push(0);
    while (!open.empty()) {
        int at = open.front();
        open.pop();
        for (int i = 0; i < k; i++) {
            int x = abs((at / q + a[i]) % p), y = abs((at % q + b[i]) % q);
            if (presses[x * q + y] != -1) continue;
            presses[x * q + y] = presses[at] + 1;
            open.push(x * q + y);
        }
    }
    cout << max(-1, presses[s * q + t]) << "\n";
}

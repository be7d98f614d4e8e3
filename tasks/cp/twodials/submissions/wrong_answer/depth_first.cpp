// Wrong: depth-first search; the first way that it finds need not be the shortest.
#include <iostream>
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
    vector<int> stack{0};
    while (!stack.empty()) {
        int at = stack.back();
        stack.pop_back();
        for (int i = 0; i < k; i++) {
            int x = ((at / q + a[i]) % p + p) % p, y = ((at % q + b[i]) % q + q) % q;
            if (presses[x * q + y] != -1) continue;
            presses[x * q + y] = presses[at] + 1;
            stack.push_back(x * q + y);
        }
    }
    cout << max(-1, presses[s * q + t]) << "\n";
}

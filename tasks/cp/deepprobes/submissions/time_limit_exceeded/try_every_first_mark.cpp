// Too slow: tries every first mark for every number of marks, quadratic in n for each number of probes.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>
using namespace std;

int main() {
    int n, k, q;
    cin >> n >> k >> q;
    vector<vector<int>> need(k + 1, vector<int>(n + 1, 0)), first(k + 1, vector<int>(n + 1, 1));
    for (int m = 1; m <= n; m++) need[1][m] = m;
    for (int p = 2; p <= k; p++) {
        for (int m = 1; m <= n; m++) {
            need[p][m] = m;
            for (int x = 1; x <= m; x++) {
                int worst = 1 + max(need[p - 1][x - 1], need[p][m - x]);
                if (worst < need[p][m] || x == 1) {
                    need[p][m] = worst;
                    first[p][m] = x;
                }
            }
        }
    }
    int low = 0, high = n;
    while (low < high) {
        int x = low + first[k][high - low];
        cout << "? " << x << endl;
        string reply;
        cin >> reply;
        if (reply == "safe") {
            low = x;
        } else {
            high = x - 1;
            k--;
        }
    }
    cout << "! " << low << endl;
}

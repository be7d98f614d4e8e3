// Fails: its table has room for 1000 dives only; with two probes more can be needed, and at() throws.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>
using namespace std;

int main() {
    long long n;
    int k, q;
    cin >> n >> k >> q;
    vector<vector<long long>> reach(1001, vector<long long>(21, 0));
    for (int d = 1; d <= q; d++)
        for (int p = 1; p <= k; p++) reach.at(d).at(p) = min(n, reach[d - 1][p - 1] + reach[d - 1][p] + 1);
    long long low = 0, high = n;
    while (low < high) {
        q--;
        long long x = min(high, low + reach.at(q).at(k - 1) + 1);
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

// Table of how many marks d dives and p probes can tell apart; each dive splits the range as that table says.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>
using namespace std;

int main() {
    long long n;
    int k, q;
    cin >> n >> k >> q;
    vector<vector<long long>> reach(q + 1, vector<long long>(k + 1, 0));
    for (int d = 1; d <= q; d++)
        for (int p = 1; p <= k; p++) reach[d][p] = min(n, reach[d - 1][p - 1] + reach[d - 1][p] + 1);
    long long low = 0, high = n;
    while (low < high) {
        q--;
        long long x = min(high, low + reach[q][k - 1] + 1);
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

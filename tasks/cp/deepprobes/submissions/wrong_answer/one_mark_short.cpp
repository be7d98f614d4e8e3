// Wrong: each dive goes one mark less deep than the table allows, so tight ranges do not fit any more.
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
    while (low < high && q > 0) {
        q--;
        long long x = min(high, low + max(1LL, reach[q][k - 1]));
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

// Fails: counts the trays in a table of 100 000 minutes, and at() throws for what is done later.
#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n;
    long long k;
    cin >> n >> k;
    vector<int> done(100001, 0);
    for (int i = 0; i < n; i++) {
        long long t, c, r, minute = 0;
        cin >> t >> c >> r;
        for (long long made = 1; made <= k; made++) {
            minute += t;
            done.at(minute)++;
            if (made % c == 0) minute += r;
        }
    }
    int minute = 0;
    for (long long all = 0; all < k;) all += done[++minute];
    cout << minute << "\n";
}

// Too slow: a queue of ovens by the time of their next tray, one step for each of the k trays.
#include <cstdint>
#include <functional>
#include <iostream>
#include <queue>
#include <utility>
#include <vector>
using namespace std;

int main() {
    int n;
    int64_t k, now = 0;
    cin >> n >> k;
    vector<int64_t> t(n), c(n), r(n), made(n, 0);
    priority_queue<pair<int64_t, int>, vector<pair<int64_t, int>>, greater<>> next;
    for (int i = 0; i < n; i++) {
        cin >> t[i] >> c[i] >> r[i];
        next.push({t[i], i});
    }
    while (k--) {
        int i = next.top().second;
        now = next.top().first;
        next.pop();
        made[i]++;
        next.push({now + t[i] + (made[i] % c[i] == 0 ? r[i] : 0), i});
    }
    cout << now << "\n";
}

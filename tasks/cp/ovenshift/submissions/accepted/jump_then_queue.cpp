// Jumps to a little before the minute, found bit by bit with wide numbers, and bakes the rest tray by tray.
#include <cstdint>
#include <functional>
#include <iostream>
#include <queue>
#include <utility>
#include <vector>
using namespace std;
using Wide = __int128;

int main() {
    int n;
    int64_t k;
    cin >> n >> k;
    vector<int64_t> t(n), c(n), r(n), made(n, 0);
    for (int i = 0; i < n; i++) cin >> t[i] >> c[i] >> r[i];
    auto done_by = [&](int i, int64_t minute) -> Wide {
        Wide round = (Wide)c[i] * t[i] + r[i];
        Wide rest = minute % round / t[i];
        return minute / round * c[i] + (rest < c[i] ? rest : c[i]);
    };
    auto all_by = [&](int64_t minute) {
        Wide sum = 0;
        for (int i = 0; i < n; i++) sum += done_by(i, minute);
        return sum;
    };
    int64_t jump = 0;
    for (int64_t step = (int64_t)1 << 60; step > 0; step /= 2)
        if (all_by(jump + step) < k) jump += step;
    jump = jump > 1000 ? jump - 1000 : 0;
    priority_queue<pair<int64_t, int>, vector<pair<int64_t, int>>, greater<>> next;
    for (int i = 0; i < n; i++) {
        made[i] = (int64_t)done_by(i, jump);
        k -= made[i];
        next.push({(made[i] + 1) * t[i] + made[i] / c[i] * r[i], i});
    }
    int64_t now = jump;
    while (k > 0) {
        auto [minute, i] = next.top();
        next.pop();
        now = minute;
        k--;
        made[i]++;
        next.push({(made[i] + 1) * t[i] + made[i] / c[i] * r[i], i});
    }
    cout << now << "\n";
}

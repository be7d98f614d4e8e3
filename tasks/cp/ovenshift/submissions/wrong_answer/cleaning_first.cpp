// Wrong: lets the cleaning end before the last tray of a round counts, so that a full round waits for the brush.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n;
    int64_t k;
    cin >> n >> k;
    vector<int64_t> t(n), c(n), r(n);
    int64_t high = INT64_MAX;
    for (int i = 0; i < n; i++) {
        cin >> t[i] >> c[i] >> r[i];
        high = min(high, k * t[i] + k / c[i] * r[i]);
    }
    int64_t low = 0;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2, done = 0;
        for (int i = 0; i < n && done < k; i++) {
            int64_t round = c[i] * t[i] + r[i];
            done += min(k, middle / round * c[i] + min(c[i] - 1, middle % round / t[i]));
        }
        (done >= k ? high : low) = middle;
    }
    cout << high << "\n";
}

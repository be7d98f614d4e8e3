// Starts every circle of remainders at its least amount, so that once round is enough for each value.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <numeric>
#include <vector>
using namespace std;

int main() {
    int64_t k, most;
    cin >> k >> most;
    vector<int64_t> value(k);
    for (auto& v : value) cin >> v;
    sort(value.begin(), value.end());
    const int64_t smallest = value[0], far = INT64_MAX / 2;
    vector<int64_t> least(smallest, far);
    least[0] = 0;
    for (int i = 1; i < k; i++) {
        int64_t circles = gcd(smallest, value[i]), length = smallest / circles;
        for (int64_t start = 0; start < circles; start++) {
            int64_t best = start, at = start;
            for (int64_t n = 0; n < length; n++, at = (at + value[i]) % smallest)
                if (least[at] < least[best]) best = at;
            at = best;
            for (int64_t n = 1; n < length; n++) {
                int64_t to = (at + value[i]) % smallest;
                least[to] = min(least[to], least[at] + value[i]);
                at = to;
            }
        }
    }
    int64_t payable = 0;
    for (int64_t rest = 0; rest < smallest; rest++)
        if (least[rest] <= most) payable += (most - least[rest]) / smallest + (rest > 0);
    cout << payable << "\n";
}

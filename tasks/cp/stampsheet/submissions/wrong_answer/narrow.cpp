// Wrong: the least amounts are kept in 32 bits, where sums of large values do not fit.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <iostream>
#include <queue>
#include <utility>
#include <vector>
using namespace std;

int main() {
    int k;
    int64_t most;
    cin >> k >> most;
    vector<uint32_t> value(k);
    for (auto& v : value) cin >> v;
    uint32_t smallest = *min_element(value.begin(), value.end());
    vector<uint32_t> least(smallest, UINT32_MAX);
    vector<bool> done(smallest, false);
    priority_queue<pair<uint32_t, uint32_t>, vector<pair<uint32_t, uint32_t>>, greater<>> open;
    least[0] = 0;
    open.push({0, 0});
    while (!open.empty()) {
        auto [amount, rest] = open.top();
        open.pop();
        if (done[rest]) continue;
        done[rest] = true;
        for (uint32_t v : value) {
            uint32_t to = (rest + v) % smallest;
            if (amount + v < least[to]) {
                least[to] = amount + v;
                open.push({amount + v, to});
            }
        }
    }
    int64_t payable = -1;
    for (uint32_t rest = 0; rest < smallest; rest++)
        if (done[rest] && least[rest] <= most) payable += (most - least[rest]) / smallest + 1;
    cout << payable << "\n";
}

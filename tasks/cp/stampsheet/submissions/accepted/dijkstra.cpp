// Shortest paths over the remainders by the smallest value; above the least amount of a remainder all can be paid.
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
    vector<int64_t> value(k);
    for (auto& v : value) cin >> v;
    int64_t smallest = *min_element(value.begin(), value.end());
    vector<int64_t> least(smallest, INT64_MAX);
    priority_queue<pair<int64_t, int64_t>, vector<pair<int64_t, int64_t>>, greater<>> open;
    least[0] = 0;
    open.push({0, 0});
    while (!open.empty()) {
        auto [amount, rest] = open.top();
        open.pop();
        if (amount > least[rest]) continue;
        for (int64_t v : value) {
            int64_t to = (rest + v) % smallest;
            if (amount + v < least[to]) {
                least[to] = amount + v;
                open.push({amount + v, to});
            }
        }
    }
    int64_t payable = -1;
    for (int64_t amount : least)
        if (amount <= most) payable += (most - amount) / smallest + 1;
    cout << payable << "\n";
}

// Too slow: Bellman and Ford's rounds over all remainders, as many as there are remainders.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <vector>
using namespace std;

int main() {
    int k;
    int64_t most;
    cin >> k >> most;
    vector<int64_t> value(k);
    for (auto& v : value) cin >> v;
    int64_t smallest = *min_element(value.begin(), value.end());
    const int64_t far = INT64_MAX / 2;
    vector<int64_t> least(smallest, far);
    least[0] = 0;
    for (int64_t round = 0; round < smallest; round++)
        for (int64_t rest = 0; rest < smallest; rest++)
            for (int64_t v : value) {
                int64_t to = (rest + v) % smallest;
                least[to] = min(least[to], least[rest] + v);
            }
    int64_t payable = -1;
    for (int64_t amount : least)
        if (amount <= most) payable += (most - amount) / smallest + 1;
    cout << payable << "\n";
}

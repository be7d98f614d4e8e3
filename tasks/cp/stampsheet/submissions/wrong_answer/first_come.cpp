// Wrong: breadth-first search, so that fewer stamps count as less money.
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
    sort(value.begin(), value.end());
    int64_t smallest = value[0];
    vector<int64_t> least(smallest, -1), queue{0};
    least[0] = 0;
    for (size_t i = 0; i < queue.size(); i++)
        for (int64_t v : value) {
            int64_t amount = queue[i] + v;
            if (least[amount % smallest] >= 0) continue;
            least[amount % smallest] = amount;
            queue.push_back(amount);
        }
    int64_t payable = -1;
    for (int64_t amount : queue)
        if (amount <= most) payable += (most - amount) / smallest + 1;
    cout << payable << "\n";
}

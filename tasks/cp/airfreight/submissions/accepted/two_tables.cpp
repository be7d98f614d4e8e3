// The lightest hold for every sum of fees, without and with a parcel in the net, in two tables.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n;
    int64_t hold;
    cin >> n >> hold;
    const int most = 100 * n;
    const int64_t far = INT64_MAX / 4;
    vector<int64_t> without(most + 1, far), with(most + 1, far);
    without[0] = 0;
    for (int i = 0; i < n; i++) {
        int64_t weight;
        int fee;
        cin >> weight >> fee;
        for (int sum = most; sum >= fee; sum--) {
            with[sum] = min({with[sum], with[sum - fee] + weight, without[sum - fee]});
            without[sum] = min(without[sum], without[sum - fee] + weight);
        }
    }
    int best = most;
    while (min(without[best], with[best]) > hold) best--;
    cout << best << "\n";
}

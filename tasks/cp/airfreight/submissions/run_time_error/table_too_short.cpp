// Fails: the table ends at fees of 5000 together, and at() throws for more.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n, all = 0;
    int64_t hold;
    cin >> n >> hold;
    const int64_t far = INT64_MAX / 4;
    vector<int64_t> without(5001, far), with(5001, far);
    without[0] = 0;
    for (int i = 0; i < n; i++) {
        int64_t weight;
        int fee;
        cin >> weight >> fee;
        all += fee;
        for (int sum = all; sum >= fee; sum--) {
            with.at(sum) = min({with.at(sum), with.at(sum - fee) + weight, without.at(sum - fee)});
            without.at(sum) = min(without.at(sum), without.at(sum - fee) + weight);
        }
    }
    int best = all;
    while (min(without.at(best), with.at(best)) > hold) best--;
    cout << best << "\n";
}

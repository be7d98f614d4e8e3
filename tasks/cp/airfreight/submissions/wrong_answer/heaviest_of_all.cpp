// Wrong: hangs the heaviest parcel of all in the net, whatever it pays.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <utility>
#include <vector>
using namespace std;

int main() {
    int n;
    int64_t hold;
    cin >> n >> hold;
    vector<pair<int64_t, int>> parcels(n);
    for (auto& [weight, fee] : parcels) cin >> weight >> fee;
    sort(parcels.begin(), parcels.end());
    int hung = parcels.back().second, most = 100 * n;
    parcels.pop_back();
    vector<int64_t> lightest(most + 1, INT64_MAX / 4);
    lightest[0] = 0;
    for (auto [weight, fee] : parcels)
        for (int sum = most; sum >= fee; sum--) lightest[sum] = min(lightest[sum], lightest[sum - fee] + weight);
    int best = most;
    while (lightest[best] > hold) best--;
    cout << best + hung << "\n";
}

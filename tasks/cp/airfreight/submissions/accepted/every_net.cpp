// Hangs each parcel in the net in turn and fills the hold with the others; quick enough in C++.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n;
    int64_t hold;
    cin >> n >> hold;
    vector<int64_t> weight(n);
    vector<int> fee(n);
    for (int i = 0; i < n; i++) cin >> weight[i] >> fee[i];
    int best = 0;
    for (int net = 0; net < n; net++) {
        vector<int64_t> lightest(1, 0);
        for (int i = 0; i < n; i++) {
            if (i == net) continue;
            lightest.resize(lightest.size() + fee[i], INT64_MAX / 2);
            for (int sum = (int)lightest.size() - 1; sum >= fee[i]; sum--)
                lightest[sum] = min(lightest[sum], lightest[sum - fee[i]] + weight[i]);
        }
        int sum = (int)lightest.size() - 1;
        while (lightest[sum] > hold) sum--;
        best = max(best, sum + fee[net]);
    }
    cout << best << "\n";
}

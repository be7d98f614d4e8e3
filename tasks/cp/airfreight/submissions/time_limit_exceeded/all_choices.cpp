// Too slow: tries for each parcel to leave it, load it or hang it up; stops early only where nothing better can come.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <vector>
using namespace std;

int n, best = 0;
vector<int64_t> weight;
vector<int> fee, rest;

void choose(int i, int64_t room, bool net_is_free, int earned) {
    best = max(best, earned);
    if (i == n || earned + rest[i] <= best) return;
    if (weight[i] <= room) choose(i + 1, room - weight[i], net_is_free, earned + fee[i]);
    if (net_is_free) choose(i + 1, room, false, earned + fee[i]);
    choose(i + 1, room, net_is_free, earned);
}

int main() {
    int64_t hold;
    cin >> n >> hold;
    weight.resize(n);
    fee.resize(n);
    rest.assign(n + 1, 0);
    for (int i = 0; i < n; i++) cin >> weight[i] >> fee[i];
    for (int i = n - 1; i >= 0; i--) rest[i] = rest[i + 1] + fee[i];
    choose(0, hold, true, 0);
    cout << best << "\n";
}

// Wrong: weights are kept in 32 bits.
#include <algorithm>
#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n;
    long long hold;
    cin >> n >> hold;
    const int most = 100 * n;
    const unsigned far = 4000000000u;
    vector<unsigned> without(most + 1, far), with(most + 1, far);
    without[0] = 0;
    for (int i = 0; i < n; i++) {
        long long weight;
        int fee;
        cin >> weight >> fee;
        for (int sum = most; sum >= fee; sum--) {
            with[sum] = min({with[sum], with[sum - fee] + (unsigned)weight, without[sum - fee]});
            without[sum] = min(without[sum], without[sum - fee] + (unsigned)weight);
        }
    }
    int best = most;
    while (best > 0 && (long long)min(without[best], with[best]) > hold) best--;
    cout << best << "\n";
}

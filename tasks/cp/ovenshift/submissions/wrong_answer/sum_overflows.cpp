// Wrong: searches up to 4 * 10^18 minutes and adds up all trays, which overflows 64 bits with many fast ovens.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <vector>
using namespace std;

int main() {
    int n;
    int64_t k;
    cin >> n >> k;
    vector<int64_t> t(n), c(n), r(n);
    for (int i = 0; i < n; i++) cin >> t[i] >> c[i] >> r[i];
    int64_t low = 0, high = 4000000000000000000;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        uint64_t done = 0;
        for (int i = 0; i < n; i++) {
            int64_t round = c[i] * t[i] + r[i];
            done += middle / round * c[i] + min(c[i], middle % round / t[i]);
        }
        ((int64_t)done >= k ? high : low) = middle;
    }
    cout << high << "\n";
}

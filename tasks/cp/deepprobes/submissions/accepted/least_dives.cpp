// Least dives for every number of marks and probes; the best first mark only moves down, so one pointer follows it.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>
using namespace std;

int main() {
    int n, k, q;
    if (scanf("%d %d %d", &n, &k, &q) != 3) return 1;
    vector<vector<int>> need(k + 1, vector<int>(n + 1, 0)), first(k + 1, vector<int>(n + 1, 1));
    for (int m = 1; m <= n; m++) need[1][m] = m;
    for (int p = 2; p <= k; p++) {
        int x = 1;
        for (int m = 1; m <= n; m++) {
            auto worst = [&](int y) { return max(need[p - 1][y - 1], need[p][m - y]); };
            while (x < m && worst(x + 1) <= worst(x)) x++;
            first[p][m] = x;
            need[p][m] = 1 + worst(x);
        }
    }
    int low = 0, high = n;
    while (low < high) {
        int x = low + first[k][high - low];
        printf("? %d\n", x);
        fflush(stdout);
        char reply[16];
        if (scanf("%15s", reply) != 1) return 1;
        if (strcmp(reply, "safe") == 0) {
            low = x;
        } else {
            high = x - 1;
            k--;
        }
    }
    printf("! %d\n", low);
}

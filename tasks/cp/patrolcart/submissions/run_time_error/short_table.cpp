// Crashes: the table of minutes is too small for a long lap.
#include <cstdio>
#include <vector>

int main() {
    int n;
    long long t;
    if (scanf("%d %lld", &n, &t) != 2) return 1;
    std::vector<long long> upto(100001);
    int lap = 0;
    for (int i = 0; i < n; i++) {
        int d, v;
        if (scanf("%d %d", &d, &v) != 2) return 1;
        for (int j = 0; j < d; j++) {
            upto.at(lap + 1) = upto.at(lap) + v;
            lap++;
        }
    }
    printf("%.12f\n", (t / lap * upto[lap] + upto[t % lap]) / 60.0);
}

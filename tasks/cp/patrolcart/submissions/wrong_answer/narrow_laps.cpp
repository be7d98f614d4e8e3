// Wrong: the number of laps does not fit into 32 bits.
#include <algorithm>
#include <cstdio>
#include <vector>

int main() {
    int n;
    long long t;
    if (scanf("%d %lld", &n, &t) != 2) return 1;
    std::vector<int> d(n), v(n);
    long long lap = 0;
    double km = 0;
    for (int i = 0; i < n; i++) {
        if (scanf("%d %d", &d[i], &v[i]) != 2) return 1;
        lap += d[i];
        km += d[i] * v[i] / 60.0;
    }
    int laps = t / lap;
    long long left = t % lap;
    double total = laps * km;
    for (int i = 0; i < n; i++) {
        long long used = std::min<long long>(left, d[i]);
        total += used * v[i] / 60.0;
        left -= used;
    }
    printf("%.12f\n", total);
}

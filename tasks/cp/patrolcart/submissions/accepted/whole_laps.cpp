// Whole laps by one multiplication, then the unfinished lap stretch by stretch.
#include <algorithm>
#include <cstdio>
#include <vector>

int main() {
    long long n, t;
    if (scanf("%lld %lld", &n, &t) != 2) return 1;
    std::vector<long long> d(n), v(n);
    long long lap = 0, metres = 0;
    for (int i = 0; i < n; i++) {
        if (scanf("%lld %lld", &d[i], &v[i]) != 2) return 1;
        lap += d[i];
        metres += d[i] * v[i];
    }
    long long total = t / lap * metres, left = t % lap;
    for (int i = 0; i < n && left > 0; i++) {
        long long used = std::min(left, d[i]);
        total += used * v[i];
        left -= used;
    }
    printf("%.12f\n", total / 60.0);
}

// Too slow: takes one lap after the other off the shift.
#include <algorithm>
#include <cstdio>
#include <vector>

int main() {
    int n;
    long long t;
    if (scanf("%d %lld", &n, &t) != 2) return 1;
    std::vector<int> d(n), v(n);
    for (int i = 0; i < n; i++)
        if (scanf("%d %d", &d[i], &v[i]) != 2) return 1;
    double total = 0;
    while (t > 0) {
        for (int i = 0; i < n; i++) {
            long long used = std::min<long long>(t, d[i]);
            total += double(used) * v[i];
            t -= used;
        }
    }
    printf("%.12f\n", total / 60);
}

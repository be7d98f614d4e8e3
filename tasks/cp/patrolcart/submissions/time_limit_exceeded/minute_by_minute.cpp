// Too slow: goes through the shift minute by minute.
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
    int stretch = 0, spent = 0;
    for (long long minute = 0; minute < t; minute++) {
        total += v[stretch];
        if (++spent == d[stretch]) {
            spent = 0;
            stretch = (stretch + 1) % n;
        }
    }
    printf("%.12f\n", total / 60);
}

// Wrong: prints with the stream's default of six significant digits.
#include <algorithm>
#include <iostream>
#include <vector>

int main() {
    long long n, t;
    std::cin >> n >> t;
    std::vector<long long> d(n), v(n);
    long long lap = 0, metres = 0;
    for (int i = 0; i < n; i++) {
        std::cin >> d[i] >> v[i];
        lap += d[i];
        metres += d[i] * v[i];
    }
    double total = t / lap * metres / 60.0;
    long long left = t % lap;
    for (int i = 0; i < n && left > 0; i++) {
        long long used = std::min(left, d[i]);
        total += used * v[i] / 60.0;
        left -= used;
    }
    std::cout << total << "\n";
}

// Wrong: joins multiples of primes only, but 4, 6 and so on are clarities too.
#include <iostream>
#include <numeric>
#include <utility>
#include <vector>
using namespace std;

int main() {
    int n, q;
    cin >> n >> q;
    vector<int> above(n + 1), joined(n + 1, 0), size(n + 1, 1);
    iota(above.begin(), above.end(), 0);
    auto top = [&](int tower) {
        while (above[tower] != tower) tower = above[tower];
        return tower;
    };
    for (int d = n / 2; d >= 1; d--) {
        bool is_prime = true;
        for (int k = 2; k * k <= d; k++)
            if (d % k == 0) is_prime = false;
        if (!is_prime) continue;
        for (int tower = 2 * d; tower <= n; tower += d) {
            int a = top(d), b = top(tower);
            if (a == b) continue;
            if (size[a] < size[b]) swap(a, b);
            above[b] = a;
            size[a] += size[b];
            joined[b] = d;
        }
    }
    while (q--) {
        int s, t, clarity = n;
        cin >> s >> t;
        while (s != t) {
            if (above[t] == t || (above[s] != s && joined[s] >= joined[t])) swap(s, t);
            clarity = joined[t];
            t = above[t];
        }
        cout << clarity << "\n";
    }
}

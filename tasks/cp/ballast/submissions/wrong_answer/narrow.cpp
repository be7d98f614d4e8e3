// Wrong: multiplies the coefficient by c in 64 bits, which overflows.
#include <cstdint>
#include <iostream>
using namespace std;

int64_t euclid(int64_t a, int64_t b, int64_t& x, int64_t& y) {
    if (b == 0) {
        x = 1;
        y = 0;
        return a;
    }
    int64_t u, v, g = euclid(b, a % b, u, v);
    x = v;
    y = u - a / b * v;
    return g;
}

int main() {
    int n;
    cin >> n;
    while (n--) {
        int64_t a, b, c, most_sacks, most_blocks, x, y;
        cin >> a >> b >> c >> most_sacks >> most_blocks;
        int64_t g = euclid(a, b, x, y);
        if (c % g) {
            cout << "impossible\n";
            continue;
        }
        a /= g, b /= g, c /= g;
        int64_t least = 0;
        if (most_blocks < c / b) least = (c - b * most_blocks + a - 1) / a;
        int64_t sacks = (int64_t)((uint64_t)x * (uint64_t)c) % b;
        if (sacks < 0) sacks += b;
        if (sacks < least) sacks += (least - sacks + b - 1) / b * b;
        if (sacks > most_sacks || sacks > c / a)
            cout << "impossible\n";
        else
            cout << sacks << " " << (c - a * sacks) / b << "\n";
    }
}

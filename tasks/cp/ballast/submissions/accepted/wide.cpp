// Extended Euclid with 128-bit products; the smallest count of sacks that is at least what the blocks leave over.
#include <iostream>
using namespace std;
using Wide = __int128;

long long euclid(long long a, long long b, long long& x, long long& y) {
    if (b == 0) {
        x = 1;
        y = 0;
        return a;
    }
    long long u, v, g = euclid(b, a % b, u, v);
    x = v;
    y = u - a / b * v;
    return g;
}

int main() {
    int n;
    cin >> n;
    while (n--) {
        long long a, b, c, most_sacks, most_blocks, x, y;
        cin >> a >> b >> c >> most_sacks >> most_blocks;
        long long g = euclid(a, b, x, y);
        if (c % g) {
            cout << "impossible\n";
            continue;
        }
        a /= g, b /= g, c /= g;
        Wide left = (Wide)c - (Wide)b * most_blocks;
        Wide least = left > 0 ? (left + a - 1) / a : 0;
        Wide sacks = (Wide)((x % b + b) % b) * (c % b) % b;
        if (sacks < least) sacks += (least - sacks + b - 1) / b * b;
        if (sacks > most_sacks || sacks * a > c) {
            cout << "impossible\n";
            continue;
        }
        cout << (long long)sacks << " " << (long long)((c - sacks * a) / b) << "\n";
    }
}

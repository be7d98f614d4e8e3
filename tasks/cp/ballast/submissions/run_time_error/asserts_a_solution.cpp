// Fails: an assertion says that c is always a multiple of the greatest common divisor.
#include <cassert>
#include <iostream>
#include <numeric>
using namespace std;
using Wide = __int128;

long long inverse(long long a, long long b) {
    long long old_r = a, r = b, old_x = 1, x = 0;
    while (r) {
        long long quotient = old_r / r, next_r = old_r - quotient * r, next_x = old_x - quotient * x;
        old_r = r, r = next_r, old_x = x, x = next_x;
    }
    return (old_x % b + b) % b;
}

int main() {
    int n;
    cin >> n;
    while (n--) {
        long long a, b, c, most_sacks, most_blocks;
        cin >> a >> b >> c >> most_sacks >> most_blocks;
        long long g = gcd(a, b);
        assert(c % g == 0);
        a /= g, b /= g, c /= g;
        Wide left = (Wide)c - (Wide)b * most_blocks;
        Wide sacks = left > 0 ? (left + a - 1) / a : 0;
        Wide wanted = (Wide)(c % b) * inverse(a, b) % b;
        sacks += ((wanted - sacks) % b + b) % b;
        if (sacks > most_sacks || sacks * a > c)
            cout << "impossible\n";
        else
            cout << (long long)sacks << " " << (long long)((c - sacks * a) / b) << "\n";
    }
}

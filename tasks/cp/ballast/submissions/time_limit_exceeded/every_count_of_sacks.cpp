// Too slow: tries every remainder that the number of sacks can have, up to 10^9 for each ship.
#include <algorithm>
#include <iostream>
#include <numeric>
using namespace std;

int main() {
    int n;
    cin >> n;
    while (n--) {
        long long a, b, c, most_sacks, most_blocks;
        cin >> a >> b >> c >> most_sacks >> most_blocks;
        long long least = 0;
        if (most_blocks < c / b) least = (c - b * most_blocks + a - 1) / a;
        long long last = min({most_sacks, c / a, least + b / gcd(a, b)});
        bool found = false;
        for (long long sacks = least; sacks <= last && !found; sacks++) {
            if ((c - a * sacks) % b == 0) {
                cout << sacks << " " << (c - a * sacks) / b << "\n";
                found = true;
            }
        }
        if (!found) cout << "impossible\n";
    }
}

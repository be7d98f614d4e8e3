// Counts microseconds in 128 bits and reduces the fraction.
#include <iostream>
#include <map>
#include <string>
using namespace std;
using Wide = __int128;

string text(Wide value) {
    if (value < 0) return "-" + text(-value);
    if (value < 10) return string(1, char('0' + int(value)));
    return text(value / 10) + text(value % 10);
}

Wide common(Wide a, Wide b) { return b ? common(b, a % b) : a < 0 ? -a : a; }

int main() {
    const long long second = 1'000'000;
    map<string, long long> size{{"micro", 1}, {"milli", 1000}, {"second", second}, {"minute", 60 * second},
                                {"hour", 3600 * second}, {"day", 86400 * second}, {"week", 604800 * second}};
    int q;
    cin >> q;
    while (q--) {
        long long d, s, u;
        string unit;
        cin >> d >> s >> u >> unit;
        Wide above = (Wide(d) * 86400 + s) * second + u, below = size[unit];
        Wide shared = common(above, below);
        cout << text(above / shared);
        if (below != shared) cout << "/" << text(below / shared);
        cout << "\n";
    }
}

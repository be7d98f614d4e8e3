// Wrong: 64 bits do not suffice for the microseconds of the longest durations.
#include <cstdint>
#include <iostream>
#include <map>
#include <numeric>
#include <string>
using namespace std;

int main() {
    const int64_t second = 1'000'000;
    map<string, int64_t> size{{"micro", 1}, {"milli", 1000}, {"second", second}, {"minute", 60 * second},
                              {"hour", 3600 * second}, {"day", 86400 * second}, {"week", 604800 * second}};
    int q;
    cin >> q;
    while (q--) {
        int64_t d, s, u;
        string unit;
        cin >> d >> s >> u >> unit;
        int64_t above = int64_t(uint64_t(d * 86400 + s) * second + u), below = size[unit];
        int64_t shared = gcd(above, below);
        cout << above / shared;
        if (below != shared) cout << "/" << below / shared;
        cout << "\n";
    }
}

// Fails: divides by the number of units in a second, which is 0 in whole numbers for units above a second.
#include <iostream>
#include <map>
#include <numeric>
#include <string>
using namespace std;

int main() {
    map<string, long long> per_million{{"micro", 1}, {"milli", 1000}, {"second", 1'000'000}, {"minute", 60'000'000},
                                       {"hour", 3'600'000'000}, {"day", 86'400'000'000}, {"week", 604'800'000'000}};
    int q;
    cin >> q;
    while (q--) {
        long long d, s, u;
        string unit;
        cin >> d >> s >> u >> unit;
        long long in_a_second = 1'000'000 / per_million[unit];
        long long above = (d * 86400 + s) * 1'000'000 + u, below = 1'000'000 / in_a_second;
        long long shared = gcd(above, below);
        cout << above / shared;
        if (below != shared) cout << "/" << below / shared;
        cout << "\n";
    }
}

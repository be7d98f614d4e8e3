// Goes along the flashes of the lighthouse with the longest period until all others flash too.
#include <algorithm>
#include <iostream>
#include <numeric>
#include <vector>

int main() {
    int n, q;
    std::cin >> n >> q;
    std::vector<std::pair<long long, long long>> lights(n);
    long long earliest = 0, together = 1;
    for (auto &[p, f] : lights) {
        std::cin >> p >> f;
        earliest = std::max(earliest, f);
        together = std::lcm(together, p);
    }
    std::sort(lights.rbegin(), lights.rend());
    const long long longest = lights[0].first;
    long long moment = lights[0].second % longest;
    const auto all_flash = [&](long long t) {
        return std::all_of(lights.begin(), lights.end(), [&](const auto &l) { return (t - l.second) % l.first == 0; });
    };
    for (long long turns = together / longest; !all_flash(moment); moment += longest)
        if (--turns == 0) {
            std::cout << "never\n";
            return 0;
        }
    while (q--) {
        long long t;
        std::cin >> t;
        const long long from = std::max(t, earliest);
        const long long turns = from > moment ? (from - moment + together - 1) / together : 0;
        std::cout << moment + turns * together << '\n';
    }
}

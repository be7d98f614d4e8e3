// Goes through all sets of posts at which to change: exponential.
#include <algorithm>
#include <iostream>
#include <limits>
#include <vector>

struct Trail {
    std::vector<long long> place, saddling, pace;
};

static Trail read_trail() {
    long long n, pace, drop, gap, weight, z;
    std::cin >> n >> pace >> drop >> gap >> weight >> z;
    const auto draw = [&z](long long range) {
        z = (1103515245 * z + 12345) % (1LL << 31);
        return z / 4096 % range;
    };
    Trail trail;
    trail.place.push_back(0);
    for (int j = 0; j < n; ++j) {
        trail.place.push_back(trail.place.back() + 1 + draw(gap));
        trail.saddling.push_back(weight * draw(1000));
        pace -= 1 + draw(drop);
        trail.pace.push_back(pace);
    }
    return trail;
}

int main() {
    const Trail trail = read_trail();
    const std::size_t n = trail.pace.size();
    std::vector<char> changes(n, 0);
    changes[0] = 1;
    long long best = std::numeric_limits<long long>::max();
    while (true) {
        long long time = 0, pace = 0;
        for (std::size_t j = 0; j < n; ++j) {
            if (changes[j]) {
                time += trail.saddling[j];
                pace = trail.pace[j];
            }
            time += pace * (trail.place[j + 1] - trail.place[j]);
        }
        best = std::min(best, time);
        // The next set, as if the marks were the digits of a binary number.
        std::size_t j = 1;
        for (; j < n && changes[j]; ++j) changes[j] = 0;
        if (j >= n) break;
        changes[j] = 1;
    }
    std::cout << best << '\n';
}

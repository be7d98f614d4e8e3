// Takes only the ponies of the last 100 posts into account.
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
    const int n = static_cast<int>(trail.pace.size());
    std::vector<long long> best(n + 1, 0);
    for (int i = 1; i <= n; ++i) {
        best[i] = std::numeric_limits<long long>::max();
        for (int j = std::max(0, i - 100); j < i; ++j)
            best[i] = std::min(best[i], best[j] + trail.saddling[j] +
                                            trail.pace[j] * (trail.place[i] - trail.place[j]));
    }
    std::cout << best[n] << '\n';
}

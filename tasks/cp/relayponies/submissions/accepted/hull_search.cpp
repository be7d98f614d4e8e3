// Lower hull of lines, compared in 128 bits; the lowest one at a place is found by binary search.
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

struct Line {
    long long slope, base;
    long long at(long long x) const { return slope * x + base; }
};

// Whether the middle one of three lines, by falling slope, is nowhere the lowest.
static bool is_hidden(const Line &a, const Line &b, const Line &c) {
    return __int128(c.base - a.base) * (a.slope - b.slope) <= __int128(b.base - a.base) * (a.slope - c.slope);
}

int main() {
    const Trail trail = read_trail();
    std::vector<Line> hull;
    long long best = 0;
    for (std::size_t j = 0; j < trail.pace.size(); ++j) {
        const Line line = {trail.pace[j], best + trail.saddling[j] - trail.pace[j] * trail.place[j]};
        while (hull.size() >= 2 && is_hidden(hull[hull.size() - 2], hull.back(), line)) hull.pop_back();
        hull.push_back(line);
        const long long x = trail.place[j + 1];
        // Along the hull the values at x fall and then rise.
        std::size_t low = 0, high = hull.size() - 1;
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (hull[middle].at(x) > hull[middle + 1].at(x))
                low = middle + 1;
            else
                high = middle;
        }
        best = hull[low].at(x);
    }
    std::cout << best << '\n';
}

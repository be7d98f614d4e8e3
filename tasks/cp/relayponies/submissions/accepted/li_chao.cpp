// Li Chao tree over the places of the posts; does not need the ponies to be sorted.
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
    long long slope = 0, base = std::numeric_limits<long long>::max();
    long long at(long long x) const { return slope * x + base; }
};

class LiChao {
public:
    explicit LiChao(const std::vector<long long> &places) : places_(places), lines_(4 * places.size()) {}

    void add(Line line) { add(line, 1, 0, places_.size() - 1); }

    long long least(std::size_t index) const {
        long long best = std::numeric_limits<long long>::max();
        std::size_t node = 1, low = 0, high = places_.size() - 1;
        while (true) {
            best = std::min(best, lines_[node].at(places_[index]));
            if (low == high) return best;
            const std::size_t middle = (low + high) / 2;
            node = 2 * node + (index > middle);
            (index > middle ? low : high) = middle + (index > middle);
        }
    }

private:
    void add(Line line, std::size_t node, std::size_t low, std::size_t high) {
        const std::size_t middle = (low + high) / 2;
        if (line.at(places_[middle]) < lines_[node].at(places_[middle])) std::swap(line, lines_[node]);
        if (low == high || line.base == std::numeric_limits<long long>::max()) return;
        if (line.at(places_[low]) < lines_[node].at(places_[low])) add(line, 2 * node, low, middle);
        if (line.at(places_[high]) < lines_[node].at(places_[high])) add(line, 2 * node + 1, middle + 1, high);
    }

    const std::vector<long long> &places_;
    std::vector<Line> lines_;
};

int main() {
    const Trail trail = read_trail();
    LiChao lines(trail.place);
    long long best = 0;
    for (std::size_t j = 0; j < trail.pace.size(); ++j) {
        lines.add({trail.pace[j], best + trail.saddling[j] - trail.pace[j] * trail.place[j]});
        best = lines.least(j + 1);
    }
    std::cout << best << '\n';
}

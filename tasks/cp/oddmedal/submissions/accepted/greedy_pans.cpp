// Keeps three heaps (maybe heavy, maybe light, unknown) and fills the pans greedily up to what the rest can bear.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

using Medals = std::vector<int>;

static std::string weigh(const Medals &left, const Medals &right) {
    std::cout << "weigh " << left.size();
    for (const int medal : left) std::cout << ' ' << medal;
    for (const int medal : right) std::cout << ' ' << medal;
    std::cout << std::endl;
    std::string outcome;
    std::cin >> outcome;
    return outcome;
}

static Medals take(Medals &from, int count) {
    Medals taken(from.end() - count, from.end());
    from.resize(from.size() - count);
    return taken;
}

static void append(Medals &to, const Medals &more) { to.insert(to.end(), more.begin(), more.end()); }

struct Pans {
    Medals heavy_left, heavy_right, light_left, light_right, unknown_left, unknown_right;
};

int main() {
    int n, k;
    std::cin >> n >> k;
    long long third = 1;  // how many possibilities each outcome may leave
    for (int i = 1; i < k; ++i) third *= 3;
    Medals heavy, light, unknown, genuine;
    for (int i = 1; i <= n; ++i) unknown.push_back(i);
    for (; heavy.size() + light.size() + 2 * unknown.size() > 1; third /= 3) {
        Pans on;
        long long tilt = 0;  // possibilities that either tilt leaves
        const auto put_pair = [&](Medals &from, Medals &left, Medals &right, int cost) {
            while (from.size() >= 2 && tilt + cost <= third) {
                append(left, take(from, 1));
                append(right, take(from, 1));
                tilt += cost;
            }
        };
        put_pair(unknown, on.unknown_left, on.unknown_right, 2);
        put_pair(heavy, on.heavy_left, on.heavy_right, 1);
        put_pair(light, on.light_left, on.light_right, 1);
        Medals filler;
        const auto rest = heavy.size() + light.size() + 2 * unknown.size();
        if ((static_cast<long long>(rest) > third || tilt == 0) && !genuine.empty()) {
            // One more against a genuine medal.
            append(filler, take(genuine, 1));
            if (!unknown.empty())
                append(on.unknown_left, take(unknown, 1));
            else if (!heavy.empty())
                append(on.heavy_left, take(heavy, 1));
            else
                append(on.light_left, take(light, 1));
        }
        if (genuine.empty() && filler.empty() && unknown.empty() && on.unknown_left.size() > 1) {
            // Something has to stay on the table that will be genuine if the balance tilts.
            append(unknown, take(on.unknown_left, 1));
            append(unknown, take(on.unknown_right, 1));
        }
        Medals left = on.unknown_left, right = on.unknown_right;
        append(left, on.heavy_left);
        append(left, on.light_left);
        append(right, on.heavy_right);
        append(right, on.light_right);
        append(right, filler);
        const std::string outcome = weigh(left, right);
        append(genuine, filler);
        if (outcome == "even") {
            for (const Medals *all : {&on.unknown_left, &on.unknown_right, &on.heavy_left, &on.heavy_right,
                                      &on.light_left, &on.light_right})
                append(genuine, *all);
            continue;
        }
        for (const Medals *all : {&unknown, &heavy, &light}) append(genuine, *all);
        unknown.clear();
        const bool is_left = outcome == "left";
        heavy = is_left ? on.heavy_left : on.heavy_right;
        append(heavy, is_left ? on.unknown_left : on.unknown_right);
        light = is_left ? on.light_right : on.light_left;
        append(light, is_left ? on.unknown_right : on.unknown_left);
        append(genuine, is_left ? on.heavy_right : on.heavy_left);
        append(genuine, is_left ? on.light_left : on.light_right);
    }
    if (heavy.empty())
        std::cout << "answer " << light[0] << " light" << std::endl;
    else
        std::cout << "answer " << heavy[0] << " heavy" << std::endl;
}

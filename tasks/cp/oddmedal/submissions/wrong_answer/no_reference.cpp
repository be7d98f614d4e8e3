// Never uses the medals that are known to be genuine, so that weighings run out; then it guesses.
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

static void answer(const Medals &heavy, const Medals &light) {
    if (heavy.empty())
        std::cout << "answer " << light.at(0) << " light" << std::endl;
    else
        std::cout << "answer " << heavy.at(0) << " heavy" << std::endl;
}

int main() {
    int n, k;
    std::cin >> n >> k;
    Medals unknown, heavy, light;
    for (int i = 1; i <= n; ++i) unknown.push_back(i);
    long long third = 1;
    for (int i = 1; i < k; ++i) third *= 3;
    for (; k > 0 && unknown.size() + heavy.size() + light.size() > 1; --k, third /= 3) {
        const auto half_of = [&](const Medals &of, long long most) {
            return static_cast<int>(std::min<long long>(of.size() / 2, most));
        };
        if (!unknown.empty()) {
            const int half = std::max(1, half_of(unknown, (third - 1) / 2));
            Medals left = take(unknown, half), right = take(unknown, half);
            const std::string outcome = weigh(left, right);
            if (outcome == "even") continue;
            unknown.clear();
            heavy = outcome == "left" ? left : right;
            light = outcome == "left" ? right : left;
            continue;
        }
        const int p = half_of(heavy, third), q = half_of(light, third - p);
        if (p + q == 0) break;
        Medals heavy_left = take(heavy, p), heavy_right = take(heavy, p);
        Medals light_left = take(light, q), light_right = take(light, q);
        Medals left = heavy_left, right = heavy_right;
        append(left, light_left);
        append(right, light_right);
        const std::string outcome = weigh(left, right);
        if (outcome == "even") continue;
        heavy = outcome == "left" ? heavy_left : heavy_right;
        light = outcome == "left" ? light_right : light_left;
    }
    append(heavy, unknown);
    answer(heavy, light);
}

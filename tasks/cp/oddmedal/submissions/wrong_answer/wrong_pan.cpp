// Forgets that on the left pan the light ones make the right pan sink: keeps the light ones of the wrong pan.
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
        std::cout << "answer " << (light.empty() ? 1 : light[0]) << " light" << std::endl;
    else
        std::cout << "answer " << heavy.at(0) << " heavy" << std::endl;
}

int main() {
    int n, k;
    std::cin >> n >> k;
    long long third = 1;
    for (int i = 1; i < k; ++i) third *= 3;
    Medals unknown, genuine, heavy, light;
    for (int i = 1; i <= n; ++i) unknown.push_back(i);
    int half = std::max<int>(1, (n - static_cast<int>((third - 1) / 2) + 1) / 2);
    Medals left = take(unknown, half), right = take(unknown, half);
    while (heavy.empty() && light.empty()) {
        Medals filled = right;
        if (left.size() > right.size()) filled.push_back(genuine.at(0));
        const std::string outcome = weigh(left, filled);
        third /= 3;
        if (outcome != "even") {
            append(genuine, unknown);
            heavy = outcome == "left" ? left : right;
            light = outcome == "left" ? right : left;
            break;
        }
        append(genuine, left);
        append(genuine, right);
        const int tried = static_cast<int>(std::min<long long>(unknown.size(), third));
        left = take(unknown, (tried + 1) / 2);
        right = take(unknown, tried / 2);
    }
    for (; heavy.size() + light.size() > 1; third /= 3) {
        if (heavy.size() == 1 && light.size() == 1) {
            if (weigh(heavy, {genuine.at(0)}) == "left")
                light.clear();
            else
                heavy.clear();
            break;
        }
        const int pairs = static_cast<int>(std::min<long long>(third, heavy.size() / 2 + light.size() / 2));
        const int p = std::min<int>(pairs, static_cast<int>(heavy.size() / 2)), q = pairs - p;
        Medals heavy_left = take(heavy, p), heavy_right = take(heavy, p);
        Medals light_left = take(light, q), light_right = take(light, q);
        left = heavy_left;
        right = heavy_right;
        append(left, light_left);
        append(right, light_right);
        const std::string outcome = weigh(left, right);
        if (outcome == "even") continue;
        heavy = outcome == "left" ? heavy_left : heavy_right;
        light = outcome == "left" ? light_left : light_right;
    }
    answer(heavy, light);
}

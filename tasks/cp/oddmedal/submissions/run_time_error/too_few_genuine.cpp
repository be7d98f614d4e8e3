// Evens out the pans with medals known to be genuine, though there may be too few of them: out_of_range.
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

static int k;

static long long third_of(int weighings) {
    long long third = 1;
    for (int i = 1; i < weighings; ++i) third *= 3;
    return third;
}

// One of heavy is too heavy or one of light is too light.
static void among_signed(Medals heavy, Medals light, Medals genuine) {
    for (; heavy.size() + light.size() > 1; --k) {
        const long long third = third_of(k);
        Medals heavy_left = take(heavy, std::min<long long>(heavy.size(), third));
        Medals heavy_right = take(heavy, std::min<long long>(heavy.size(), third));
        Medals light_left = take(light, std::min<long long>(light.size(), third - heavy_right.size()));
        Medals light_right = take(light, std::min<long long>(light.size(), third - heavy_left.size()));
        Medals left = heavy_left, right = heavy_right;
        append(left, light_left);
        append(right, light_right);
        for (std::size_t i = 0; left.size() != right.size(); ++i)
            (left.size() < right.size() ? left : right).push_back(genuine.at(i));
        const std::string outcome = weigh(left, right);
        if (outcome == "even") continue;
        append(genuine, heavy);
        append(genuine, light);
        heavy = outcome == "left" ? heavy_left : heavy_right;
        light = outcome == "left" ? light_right : light_left;
    }
    answer(heavy, light);
}

int main() {
    int n;
    std::cin >> n >> k;
    const int room = static_cast<int>((third_of(k) - 1) / 2);
    Medals unknown, genuine;
    for (int i = 1; i <= n; ++i) unknown.push_back(i);
    const int half = std::min(n / 2, room);
    Medals left = take(unknown, half), right = take(unknown, half);
    while (true) {
        Medals filled = right;
        if (left.size() > right.size()) filled.push_back(genuine.at(0));
        const std::string outcome = weigh(left, filled);
        --k;
        if (outcome != "even") {
            append(genuine, unknown);
            if (outcome == "left")
                among_signed(left, right, genuine);
            else
                among_signed(right, left, genuine);
            return 0;
        }
        append(genuine, left);
        append(genuine, right);
        const int tried = static_cast<int>(std::min<long long>(unknown.size(), third_of(k)));
        left = take(unknown, (tried + 1) / 2);
        right = take(unknown, tried / 2);
    }
}

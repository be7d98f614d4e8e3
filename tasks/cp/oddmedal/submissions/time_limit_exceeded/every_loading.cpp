// Tries every way to load the pans and takes the one whose worst outcome is best: four nested loops.
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

struct Loading {
    int heavy_left, heavy_right, light_left, light_right;
};

static Loading best_loading(int heavy, int light, int genuine) {
    Loading loading = {0, 0, 0, 0};
    int best = heavy + light;
    for (int hl = 0; hl <= heavy; ++hl)
        for (int hr = 0; hl + hr <= heavy; ++hr)
            for (int ll = 0; ll <= light; ++ll)
                for (int lr = 0; ll + lr <= light; ++lr) {
                    const int worst = std::max({hl + lr, hr + ll, heavy - hl - hr + light - ll - lr});
                    if (worst < best && std::abs(hl + ll - hr - lr) <= genuine) {
                        best = worst;
                        loading = {hl, hr, ll, lr};
                    }
                }
    return loading;
}

static void among_signed(Medals heavy, Medals light, Medals genuine) {
    while (heavy.size() + light.size() > 1) {
        const auto [hl, hr, ll, lr] = best_loading(static_cast<int>(heavy.size()), static_cast<int>(light.size()),
                                                   static_cast<int>(genuine.size()));
        const Medals heavy_left = take(heavy, hl), heavy_right = take(heavy, hr);
        const Medals light_left = take(light, ll), light_right = take(light, lr);
        Medals left = heavy_left, right = heavy_right;
        append(left, light_left);
        append(right, light_right);
        for (int i = 0; left.size() != right.size(); ++i)
            (left.size() < right.size() ? left : right).push_back(genuine.at(i));
        const std::string outcome = weigh(left, right);
        if (outcome == "even") continue;
        heavy = outcome == "left" ? heavy_left : heavy_right;
        light = outcome == "left" ? light_right : light_left;
    }
    answer(heavy, light);
}

int main() {
    int n, k;
    std::cin >> n >> k;
    Medals unknown, genuine;
    for (int i = 1; i <= n; ++i) unknown.push_back(i);
    while (true) {
        const int u = static_cast<int>(unknown.size()), g = static_cast<int>(genuine.size());
        int best = 2 * u, on_left = 0, on_right = 0;
        for (int l = 0; l <= u; ++l)
            for (int r = 0; l + r <= u; ++r) {
                const int worst = std::max(l + r, 2 * (u - l - r));
                if (worst < best && std::abs(l - r) <= g) {
                    best = worst;
                    on_left = l;
                    on_right = r;
                }
            }
        const Medals left = take(unknown, on_left), right = take(unknown, on_right);
        Medals left_pan = left, right_pan = right;
        for (int i = 0; left_pan.size() != right_pan.size(); ++i)
            (left_pan.size() < right_pan.size() ? left_pan : right_pan).push_back(genuine.at(i));
        const std::string outcome = weigh(left_pan, right_pan);
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
    }
}

// Takes several bookings of the same pair for one.
#include <algorithm>
#include <iostream>
#include <map>
#include <vector>

int main() {
    int a, b, m;
    std::cin >> a >> b >> m;
    std::map<std::pair<int, int>, int> number;
    std::vector<std::pair<int, int>> pairs;
    std::vector<int> pair_of(m), load(a + b, 0);
    for (int &p : pair_of) {
        int x, y;
        std::cin >> x >> y;
        --x;
        y += a - 1;
        const auto [found, is_new] = number.try_emplace({x, y}, static_cast<int>(pairs.size()));
        p = found->second;
        if (!is_new) continue;
        pairs.push_back({x, y});
        ++load[x];
        ++load[y];
    }
    const int days = *std::max_element(load.begin(), load.end());
    std::vector<std::map<int, int>> busy(a + b);
    std::vector<int> day_of(pairs.size());
    const auto free_day = [&](int person) {
        int day = 1;
        while (busy[person].count(day)) ++day;
        return day;
    };
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto [x, y] = pairs[i];
        const int x_day = free_day(x), y_day = free_day(y);
        std::vector<int> path;
        for (int person = y, day = x_day; busy[person].count(day); day = x_day + y_day - day) {
            path.push_back(busy[person][day]);
            person = pairs[path.back()].first + pairs[path.back()].second - person;
        }
        for (const int p : path)
            for (const int end : {pairs[p].first, pairs[p].second}) busy[end].erase(day_of[p]);
        for (const int p : path) {
            day_of[p] = x_day + y_day - day_of[p];
            for (const int end : {pairs[p].first, pairs[p].second}) busy[end][day_of[p]] = p;
        }
        day_of[i] = x_day;
        busy[x][x_day] = busy[y][x_day] = static_cast<int>(i);
    }
    std::cout << days << '\n';
    for (const int p : pair_of) std::cout << day_of[p] << '\n';
}

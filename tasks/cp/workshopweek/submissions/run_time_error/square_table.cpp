// Has as many rows for masters as there are apprentices: out_of_range where there are more masters.
#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <vector>

int main() {
    int a, b, m;
    std::cin >> a >> b >> m;
    std::vector<std::array<int, 2>> ends(m);
    std::array<std::vector<int>, 2> load = {std::vector<int>(a, 0), std::vector<int>(a, 0)};
    for (auto &booking : ends)
        for (int side = 0; side < 2; ++side) {
            std::cin >> booking[side];
            ++load[side].at(--booking[side]);
        }
    int days = 0;
    for (const auto &side : load) days = std::max(days, *std::max_element(side.begin(), side.end()));
    std::array<std::vector<std::map<int, int>>, 2> busy;
    busy.fill(std::vector<std::map<int, int>>(a));
    std::vector<int> day_of(m);
    for (int i = 0; i < m; ++i) {
        std::array<int, 2> free;
        for (int side = 0; side < 2; ++side) {
            free[side] = 1;
            while (busy[side][ends[i][side]].count(free[side])) ++free[side];
        }
        std::vector<int> path;
        int side = 1, person = ends[i][1], day = free[0];
        for (; busy[side][person].count(day); day = free[0] + free[1] - day) {
            path.push_back(busy[side][person][day]);
            side = 1 - side;
            person = ends[path.back()][side];
        }
        for (const int p : path)
            for (const int s : {0, 1}) busy[s][ends[p][s]].erase(day_of[p]);
        for (const int p : path) {
            day_of[p] = free[0] + free[1] - day_of[p];
            for (const int s : {0, 1}) busy[s][ends[p][s]][day_of[p]] = p;
        }
        day_of[i] = free[0];
        for (const int s : {0, 1}) busy[s][ends[i][s]][day_of[i]] = i;
    }
    std::cout << days << '\n';
    for (const int day : day_of) std::cout << day << '\n';
}

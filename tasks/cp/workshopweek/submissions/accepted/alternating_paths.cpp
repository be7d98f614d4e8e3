// Gives each booking a day that its apprentice has free; where the master has not, swaps two days along a path.
#include <algorithm>
#include <iostream>
#include <vector>

int main() {
    int a, b, m;
    std::cin >> a >> b >> m;
    std::vector<int> x(m), y(m), load(a + b, 0);
    for (int i = 0; i < m; ++i) {
        std::cin >> x[i] >> y[i];
        ++load[--x[i]];
        ++load[y[i] += a - 1];
    }
    const int days = *std::max_element(load.begin(), load.end());
    std::vector<std::vector<int>> busy(a + b);  // the booking of each day, -1: none
    for (int person = 0; person < a + b; ++person)
        if (load[person] > 0) busy[person].assign(days, -1);
    const auto free_day = [&](int person) {
        return static_cast<int>(std::find(busy[person].begin(), busy[person].end(), -1) - busy[person].begin());
    };
    std::vector<int> day_of(m);
    for (int i = 0; i < m; ++i) {
        const int x_day = free_day(x[i]), y_day = free_day(y[i]);
        // Carry each booking on the path to the other day; the one that it drives out goes on.
        int person = y[i], moving = i, day = x_day;
        busy[x[i]][x_day] = i;
        while (true) {
            std::swap(moving, busy[person][day]);
            day_of[busy[person][day]] = day;
            if (moving < 0) break;
            person = x[moving] + y[moving] - person;
            const int new_day = x_day + y_day - day;
            if (busy[person][day] == moving) busy[person][day] = -1;
            busy[x[moving] + y[moving] - person][new_day] = moving;
            day = new_day;
        }
    }
    std::cout << days << '\n';
    for (const int day : day_of) std::cout << day + 1 << '\n';
}

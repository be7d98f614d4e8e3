// Tries the days of each booking in turn and takes back what leads nowhere: exponential.
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
    std::vector<std::vector<char>> is_busy(a + b);
    for (int person = 0; person < a + b; ++person)
        if (load[person] > 0) is_busy[person].assign(days + 1, 0);
    std::vector<int> day_of(m, 0);
    for (int i = 0; i < m;) {
        auto &at_x = is_busy[x[i]], &at_y = is_busy[y[i]];
        if (day_of[i]) at_x[day_of[i]] = at_y[day_of[i]] = 0;
        do ++day_of[i];
        while (day_of[i] <= days && (at_x[day_of[i]] || at_y[day_of[i]]));
        if (day_of[i] > days) {
            day_of[i--] = 0;
        } else {
            at_x[day_of[i]] = at_y[day_of[i]] = 1;
            ++i;
        }
    }
    std::cout << days << '\n';
    for (const int day : day_of) std::cout << day << '\n';
}

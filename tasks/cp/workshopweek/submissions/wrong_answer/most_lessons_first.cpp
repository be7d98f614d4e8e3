// Puts as many lessons as possible on each day, without regard for those who have the most bookings.
#include <iostream>
#include <vector>

static std::vector<std::vector<int>> of_apprentice;  // bookings
static std::vector<int> master, day_of, booking_of_master, seen, apprentice;

static bool augment(int x, int round) {
    for (const int i : of_apprentice[x]) {
        if (day_of[i] || seen[master[i]] == round) continue;
        seen[master[i]] = round;
        if (booking_of_master[master[i]] < 0 || augment(apprentice[booking_of_master[master[i]]], round)) {
            booking_of_master[master[i]] = i;
            return true;
        }
    }
    return false;
}

int main() {
    int a, b, m;
    std::cin >> a >> b >> m;
    of_apprentice.resize(a);
    master.resize(m);
    apprentice.resize(m);
    day_of.assign(m, 0);
    seen.assign(b, -1);
    for (int i = 0; i < m; ++i) {
        std::cin >> apprentice[i] >> master[i];
        --master[i];
        of_apprentice[--apprentice[i]].push_back(i);
    }
    int day = 0, round = 0;
    for (int open = m; open > 0;) {
        ++day;
        booking_of_master.assign(b, -1);
        for (int x = 0; x < a; ++x) augment(x, round++);
        for (const int i : booking_of_master)
            if (i >= 0) {
                day_of[i] = day;
                --open;
            }
    }
    std::cout << day << '\n';
    for (const int d : day_of) std::cout << d << '\n';
}

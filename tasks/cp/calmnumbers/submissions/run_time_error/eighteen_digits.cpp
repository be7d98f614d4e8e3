// Fails: its table is made for 18 digits, but 10^18 has 19, and at() throws.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>
using namespace std;

int step_width, m;
string bound;
vector<vector<vector<int64_t>>> known;

int64_t count_from(size_t place, int last, int rest, bool on_bound) {
    if (place == bound.size()) return last != 10 && rest == 0;
    int64_t& kept = known.at(place)[last][rest];
    if (!on_bound && kept >= 0) return kept;
    int64_t sum = 0;
    int top = on_bound ? bound[place] - '0' : 9;
    for (int digit = 0; digit <= top; digit++) {
        if (last != 10 && abs(digit - last) > step_width) continue;
        int now = last == 10 && digit == 0 ? 10 : digit;
        sum += count_from(place + 1, now, (rest + digit) % m, on_bound && digit == top);
    }
    if (!on_bound) kept = sum;
    return sum;
}

int64_t up_to(int64_t number) {
    bound = to_string(number);
    known.assign(18, vector<vector<int64_t>>(11, vector<int64_t>(m, -1)));
    return count_from(0, 10, 0, true);
}

int main() {
    int n;
    cin >> n;
    while (n--) {
        int64_t low, high;
        cin >> low >> high >> step_width >> m;
        cout << up_to(high) - up_to(low - 1) << "\n";
    }
}

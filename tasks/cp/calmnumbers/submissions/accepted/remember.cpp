// Digit by digit with remembered results: place, last digit (10: none yet), sum modulo m, and whether still on the bound.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
using namespace std;

int step_width, m;
string bound;
int64_t known[20][11][50];

int64_t count_from(size_t place, int last, int rest, bool on_bound) {
    if (place == bound.size()) return last != 10 && rest == 0;
    int64_t& kept = known[place][last][rest];
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
    memset(known, -1, sizeof known);
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

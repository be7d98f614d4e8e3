// Too slow: digit by digit as it should be, but nothing is remembered, so every calm number is gone through.
#include <cstdlib>
#include <iostream>
#include <string>
using namespace std;

int step_width, m;
string bound;

long long count_from(size_t place, int last, int rest, bool on_bound) {
    if (place == bound.size()) return last != 10 && rest == 0;
    long long sum = 0;
    int top = on_bound ? bound[place] - '0' : 9;
    for (int digit = 0; digit <= top; digit++) {
        if (last != 10 && abs(digit - last) > step_width) continue;
        int now = last == 10 && digit == 0 ? 10 : digit;
        sum += count_from(place + 1, now, (rest + digit) % m, on_bound && digit == top);
    }
    return sum;
}

long long up_to(long long number) {
    bound = to_string(number);
    return count_from(0, 10, 0, true);
}

int main() {
    int n;
    cin >> n;
    while (n--) {
        long long low, high;
        cin >> low >> high >> step_width >> m;
        cout << up_to(high) - up_to(low - 1) << "\n";
    }
}

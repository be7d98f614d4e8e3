// Wrong: the counts are kept in 32 bits.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>
using namespace std;

unsigned up_to(long long number, int step, int m) {
    if (number == 0) return 0;
    string bound = to_string(number);
    vector<vector<unsigned>> free(10, vector<unsigned>(m, 0));
    bool on_bound = true;
    int edge_digit = bound[0] - '0', edge_rest = edge_digit % m;
    for (int first = 1; first < edge_digit; first++) free[first][first % m]++;
    for (size_t place = 1; place < bound.size(); place++) {
        vector<vector<unsigned>> next(10, vector<unsigned>(m, 0));
        int top = bound[place] - '0';
        for (int digit = 0; digit < 10; digit++) {
            for (int last = max(0, digit - step); last <= min(9, digit + step); last++)
                for (int rest = 0; rest < m; rest++) next[digit][(rest + digit) % m] += free[last][rest];
            if (digit > 0) next[digit][digit % m]++;
            if (on_bound && digit < top && abs(digit - edge_digit) <= step) next[digit][(edge_rest + digit) % m]++;
        }
        on_bound = on_bound && abs(top - edge_digit) <= step;
        edge_digit = top;
        edge_rest = (edge_rest + top) % m;
        free.swap(next);
    }
    unsigned sum = on_bound && edge_rest == 0;
    for (auto& row : free) sum += row[0];
    return sum;
}

int main() {
    int n;
    cin >> n;
    while (n--) {
        long long low, high;
        int step, m;
        cin >> low >> high >> step >> m;
        cout << up_to(high, step, m) - up_to(low - 1, step, m) << "\n";
    }
}

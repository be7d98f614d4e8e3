// Goes back day by day and counts those that are read.
#include <cstdio>
#include <vector>
using namespace std;

int length(int y, int m) {
    if (m == 2) return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0 ? 29 : 28;
    return m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31;
}

int main() {
    int q;
    if (scanf("%d", &q) != 1) return 1;
    while (q--) {
        int y, m, d, k, count;
        if (scanf("%d-%d-%d %d %d", &y, &m, &d, &k, &count) != 5) return 1;
        vector<bool> is_read(32, false);
        while (count--) {
            int day;
            if (scanf("%d", &day) != 1) return 1;
            is_read[day] = true;
        }
        while (k > 0) {
            if (--d == 0) {
                if (--m == 0) y--, m = 12;
                d = length(y, m);
            }
            if (is_read[d]) k--;
        }
        printf("%04d-%02d-%02d\n", y, m, d);
    }
}

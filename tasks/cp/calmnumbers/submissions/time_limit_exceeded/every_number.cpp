// Too slow: looks at every number from L to R.
#include <cstdlib>
#include <iostream>
using namespace std;

int main() {
    int n;
    cin >> n;
    while (n--) {
        long long low, high, found = 0;
        int step, m;
        cin >> low >> high >> step >> m;
        for (long long number = low; number <= high; number++) {
            int sum = number % 10;
            bool calm = true;
            for (long long rest = number; rest >= 10; rest /= 10) {
                int right = rest % 10, left = rest / 10 % 10;
                sum += left;
                if (abs(left - right) > step) calm = false;
            }
            found += calm && sum % m == 0;
        }
        cout << found << "\n";
    }
}

// Too slow: looks at every day.
#include <iostream>

int main() {
    long long p, q, a, b, open = 0;
    std::cin >> p >> q >> a >> b;
    for (long long day = a; day <= b; day++) open += (day % p == 0) != (day % q == 0);
    std::cout << open << "\n";
}

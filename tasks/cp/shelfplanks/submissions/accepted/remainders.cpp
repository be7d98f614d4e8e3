// Walks over the remainders of the length that is left until one comes back.
#include <cstdio>
#include <vector>

int main() {
    long long a, b, s;
    if (scanf("%lld %lld %lld", &a, &b, &s) != 3) return 1;
    std::vector<bool> seen(b);
    for (long long x = 0, left = s; left >= 0 && !seen[left % b]; x++, left -= a) {
        if (left % b == 0) {
            printf("%lld %lld\n", x, left / b);
            return 0;
        }
        seen[left % b] = true;
    }
    puts("impossible");
}

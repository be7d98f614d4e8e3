// Wrong: small weights with sum zero, so that boxes which are not fair weigh nothing too.
#include <iostream>
#include <map>
#include <string>

int main() {
    int n, k;
    std::string jars;
    std::cin >> n >> k >> jars;
    std::map<int, long long> seen{{0, 1}};
    int state = 0;
    long long fair = 0;
    for (char c : jars) {
        int i = c - 'a' + 1;
        state += i < k ? i : -k * (k - 1) / 2;
        fair += seen[state]++;
    }
    std::cout << fair << "\n";
}

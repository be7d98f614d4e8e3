// Random 64-bit weights with sum zero, counted in a hash table.
#include <cstdint>
#include <iostream>
#include <random>
#include <string>
#include <unordered_map>

int main() {
    int n, k;
    std::string jars;
    std::cin >> n >> k >> jars;
    std::mt19937_64 rng(123456789);
    uint64_t weight[10], sum = 0;
    for (int i = 0; i < k; i++) {
        weight[i] = i + 1 < k ? rng() : -sum;
        sum += weight[i];
    }
    std::unordered_map<uint64_t, long long> seen{{0, 1}};
    uint64_t state = 0;
    long long fair = 0;
    for (char c : jars) {
        state += weight[c - 'a'];
        fair += seen[state]++;
    }
    std::cout << fair << "\n";
}

// Adds up times in 32 bits, which overflows on long roads.
#include <array>
#include <cstdint>
#include <iostream>
#include <queue>
#include <vector>

int main() {
    int n, m, k;
    std::cin >> n >> m >> k;
    std::vector cost(k, std::vector<std::uint32_t>(k));
    for (auto &row : cost)
        for (auto &c : row) std::cin >> c;
    std::vector<int> lift(n);
    for (auto &w : lift) std::cin >> w;
    std::vector<std::vector<std::array<int, 3>>> roads(n);
    while (m--) {
        int u, v, l, s;
        std::cin >> u >> v >> l >> s;
        roads[--u].push_back({--v, l, --s});
        roads[v].push_back({u, l, s});
    }
    using Waiting = std::pair<std::uint32_t, int>;
    std::vector<char> done(n * k, 0);
    std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting;
    waiting.push({0, 0});
    while (!waiting.empty()) {
        const auto [time, state] = waiting.top();
        waiting.pop();
        if (done[state]) continue;
        done[state] = 1;
        const int at = state / k, tyres = state % k;
        if (at == n - 1) {
            std::cout << time << '\n';
            return 0;
        }
        if (lift[at] >= 0)
            for (int other = 0; other < k; ++other) waiting.push({time + lift[at], at * k + other});
        for (const auto &[to, length, surface] : roads[at])
            if (cost[tyres][surface]) waiting.push({time + length * cost[tyres][surface], to * k + tyres});
    }
    std::cout << "stranded\n";
}

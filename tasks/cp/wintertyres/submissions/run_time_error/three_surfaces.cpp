// Has room for three sets of tyres only: out_of_range with four.
#include <array>
#include <iostream>
#include <queue>
#include <vector>

int main() {
    int n, m, k;
    std::cin >> n >> m >> k;
    std::array<std::array<long long, 3>, 3> cost;
    for (int a = 0; a < k; ++a)
        for (int s = 0; s < k; ++s) std::cin >> cost.at(a).at(s);
    std::vector<long long> lift(n);
    for (auto &w : lift) std::cin >> w;
    std::vector<std::vector<std::array<int, 3>>> roads(n);
    while (m--) {
        int u, v, l, s;
        std::cin >> u >> v >> l >> s;
        roads[--u].push_back({--v, l, --s});
        roads[v].push_back({u, l, s});
    }
    using Waiting = std::pair<long long, int>;
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

// Keeps only the soonest arrival at each junction, with whatever tyres that was.
#include <array>
#include <iostream>
#include <queue>
#include <vector>

int main() {
    int n, m, k;
    std::cin >> n >> m >> k;
    std::vector cost(k, std::vector<long long>(k));
    for (auto &row : cost)
        for (auto &c : row) std::cin >> c;
    std::vector<long long> lift(n);
    for (auto &w : lift) std::cin >> w;
    std::vector<std::vector<std::array<int, 3>>> roads(n);
    while (m--) {
        int u, v, l, s;
        std::cin >> u >> v >> l >> s;
        roads[--u].push_back({--v, l, --s});
        roads[v].push_back({u, l, s});
    }
    std::vector<char> done(n, 0);
    std::priority_queue<std::array<long long, 3>> waiting;  // minus the time, junction, tyres
    waiting.push({0, 0, 0});
    while (!waiting.empty()) {
        const auto [minus, at, tyres] = waiting.top();
        waiting.pop();
        if (done[at]) continue;
        done[at] = 1;
        if (at == n - 1) {
            std::cout << -minus << '\n';
            return 0;
        }
        for (const auto &[to, length, surface] : roads[at])
            for (int other = 0; other < k; ++other) {
                if (other != tyres && lift[at] < 0) continue;
                if (done[to] || !cost[other][surface]) continue;
                const long long change = other == tyres ? 0 : lift[at];
                waiting.push({minus - change - length * cost[other][surface], to, other});
            }
    }
    std::cout << "stranded\n";
}

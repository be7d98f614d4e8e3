// Dijkstra over pairs of junction and tyres, with an ordered set of the states that are waiting.
#include <array>
#include <iostream>
#include <set>
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
    std::vector<long long> best(n * k, -1);
    std::set<std::pair<long long, int>> waiting;
    const auto reach = [&](int state, long long time) {
        if (best[state] >= 0 && best[state] <= time) return;
        if (best[state] >= 0) waiting.erase({best[state], state});
        best[state] = time;
        waiting.insert({time, state});
    };
    reach(0, 0);
    while (!waiting.empty()) {
        const auto [time, state] = *waiting.begin();
        waiting.erase(waiting.begin());
        const int at = state / k, tyres = state % k;
        if (at == n - 1) {
            std::cout << time << '\n';
            return 0;
        }
        if (lift[at] >= 0)
            for (int other = 0; other < k; ++other) reach(at * k + other, time + lift[at]);
        for (const auto &[to, length, surface] : roads[at])
            if (cost[tyres][surface]) reach(to * k + tyres, time + length * cost[tyres][surface]);
    }
    std::cout << "stranded\n";
}

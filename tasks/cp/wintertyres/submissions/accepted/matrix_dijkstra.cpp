// Dijkstra without a heap: the nearest open state is looked for among all of them.
#include <array>
#include <iostream>
#include <limits>
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
    const long long never = std::numeric_limits<long long>::max();
    std::vector<long long> best(n * k, never);
    std::vector<char> done(n * k, 0);
    best[0] = 0;
    while (true) {
        int state = -1;
        for (int i = 0; i < n * k; ++i)
            if (!done[i] && best[i] != never && (state < 0 || best[i] < best[state])) state = i;
        if (state < 0) break;
        done[state] = 1;
        const int at = state / k, tyres = state % k;
        if (at == n - 1) {
            std::cout << best[state] << '\n';
            return 0;
        }
        const auto reach = [&](int to, long long time) {
            if (time < best[to]) best[to] = time;
        };
        if (lift[at] >= 0)
            for (int other = 0; other < k; ++other) reach(at * k + other, best[state] + lift[at]);
        for (const auto &[to, length, surface] : roads[at])
            if (cost[tyres][surface]) reach(to * k + tyres, best[state] + length * cost[tyres][surface]);
    }
    std::cout << "stranded\n";
}

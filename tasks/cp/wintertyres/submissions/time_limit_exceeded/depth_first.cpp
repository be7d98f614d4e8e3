// Goes on from a state, depth first, each time that it is reached sooner: exponential on a ladder of detours.
#include <array>
#include <iostream>
#include <limits>
#include <vector>

static int n, m, k;
static std::vector<std::vector<long long>> cost;
static std::vector<long long> lift, best;
static std::vector<std::vector<std::array<int, 3>>> roads;

static void reach(int state, long long time) {
    if (time >= best[state]) return;
    best[state] = time;
    const int at = state / k, tyres = state % k;
    if (lift[at] >= 0)
        for (int other = 0; other < k; ++other) reach(at * k + other, time + lift[at]);
    for (const auto &[to, length, surface] : roads[at])
        if (cost[tyres][surface]) reach(to * k + tyres, time + length * cost[tyres][surface]);
}

int main() {
    std::cin >> n >> m >> k;
    cost.assign(k, std::vector<long long>(k));
    for (auto &row : cost)
        for (auto &c : row) std::cin >> c;
    lift.resize(n);
    for (auto &w : lift) std::cin >> w;
    roads.resize(n);
    while (m--) {
        int u, v, l, s;
        std::cin >> u >> v >> l >> s;
        roads[--u].push_back({--v, l, --s});
        roads[v].push_back({u, l, s});
    }
    const long long never = std::numeric_limits<long long>::max();
    best.assign(n * k, never);
    reach(0, 0);
    long long answer = never;
    for (int tyres = 0; tyres < k; ++tyres) answer = std::min(answer, best[(n - 1) * k + tyres]);
    if (answer == never)
        std::cout << "stranded\n";
    else
        std::cout << answer << '\n';
}

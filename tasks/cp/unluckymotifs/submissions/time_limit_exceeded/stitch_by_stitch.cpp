// Lengthens the ribbon stitch by stitch: as many rounds as it is long.
#include <array>
#include <cstdint>
#include <iostream>
#include <queue>
#include <string>
#include <vector>

constexpr std::uint64_t MODULUS = 1'000'000'007;

struct Node {
    std::array<int, 26> next{};
    int fallback = 0;
    bool is_unlucky = false;
};

// Prefixes of the motifs, and where each letter leads.
static std::vector<Node> read_automaton(int k, int m) {
    std::vector<Node> nodes(1);
    while (m--) {
        std::string motif;
        std::cin >> motif;
        int at = 0;
        for (const char letter : motif) {
            int &next = nodes[at].next[letter - 'a'];
            const int to = next ? next : static_cast<int>(nodes.size());
            next = to;
            if (to == static_cast<int>(nodes.size())) nodes.emplace_back();
            at = to;
        }
        nodes[at].is_unlucky = true;
    }
    std::queue<int> order;
    for (int c = 0; c < k; ++c)
        if (nodes[0].next[c]) order.push(nodes[0].next[c]);
    for (; !order.empty(); order.pop()) {
        Node &node = nodes[order.front()];
        node.is_unlucky = node.is_unlucky || nodes[node.fallback].is_unlucky;
        for (int c = 0; c < k; ++c) {
            const int below = nodes[node.fallback].next[c];
            if (node.next[c]) {
                nodes[node.next[c]].fallback = below;
                order.push(node.next[c]);
            } else {
                node.next[c] = below;
            }
        }
    }
    return nodes;
}

int main() {
    long long n;
    int k, m;
    std::cin >> n >> k >> m;
    const std::vector<Node> nodes = read_automaton(k, m);
    std::vector<std::uint64_t> counts(nodes.size(), 0);
    for (counts[0] = 1; n; --n) {
        std::vector<std::uint64_t> longer(nodes.size(), 0);
        for (std::size_t i = 0; i < nodes.size(); ++i)
            for (int c = 0; c < k; ++c)
                if (!nodes[nodes[i].next[c]].is_unlucky) longer[nodes[i].next[c]] += counts[i];
        for (auto &count : longer) count %= MODULUS;
        counts = longer;
    }
    std::uint64_t total = 0;
    for (const auto count : counts) total += count;
    std::cout << total % MODULUS << '\n';
}

// Has room for 20 prefixes of motifs, of which there may be more: out_of_range.
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

using Matrix = std::vector<std::vector<std::uint64_t>>;

static Matrix product(const Matrix &a, const Matrix &b) {
    Matrix c(a.size(), std::vector<std::uint64_t>(b[0].size(), 0));
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < b.size(); ++j)
            for (std::size_t l = 0; l < b[0].size(); ++l) c[i][l] = (c[i][l] + a[i][j] * b[j][l]) % MODULUS;
    return c;
}

int main() {
    long long n;
    int k, m;
    std::cin >> n >> k >> m;
    const std::vector<Node> nodes = read_automaton(k, m);
    Matrix steps(20, std::vector<std::uint64_t>(20, 0)), row(1, steps[0]);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        for (int c = 0; c < k; ++c)
            if (!nodes[i].is_unlucky && !nodes[nodes[i].next[c]].is_unlucky) ++steps.at(i).at(nodes[i].next[c]);
    for (row[0][0] = 1; n; n /= 2) {
        if (n % 2) row = product(row, steps);
        steps = product(steps, steps);
    }
    std::uint64_t total = 0;
    for (const auto count : row[0]) total += count;
    std::cout << total % MODULUS << '\n';
}

// Suffix array by doubling, common prefixes of neighbours; for each length the suffixes fall into runs.
#include <algorithm>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

int main() {
    int n, k;
    std::string melody;
    std::cin >> n >> k >> melody;
    std::vector<int> order(n), rank(melody.begin(), melody.end()), next(n);
    std::iota(order.begin(), order.end(), 0);
    for (int width = 0;; width = std::max(1, 2 * width)) {
        const auto key = [&](int i) {
            return std::pair(rank[i], width && i + width < n ? rank[i + width] : -1);
        };
        std::sort(order.begin(), order.end(), [&](int i, int j) { return key(i) < key(j); });
        next[order[0]] = 0;
        for (int i = 1; i < n; ++i) next[order[i]] = next[order[i - 1]] + (key(order[i - 1]) < key(order[i]));
        rank = next;
        if (rank[order[n - 1]] == n - 1) break;
    }
    std::vector<int> common(n, 0);  // with the suffix before in the order
    for (int i = 0, length = 0; i < n; ++i) {
        if (rank[i] == 0) {
            length = 0;
            continue;
        }
        const int j = order[rank[i] - 1];
        while (i + length < n && j + length < n && melody[i + length] == melody[j + length]) ++length;
        common[rank[i]] = length;
        if (length > 0) --length;
    }
    // Where the first phrase of a length begins that is played k times; n if none is.
    const auto first_start = [&](int length) {
        int best = n;
        std::vector<int> starts;
        for (int i = 0; i < n;) {
            starts.assign(1, order[i]);
            for (++i; i < n && common[i] >= length; ++i) starts.push_back(order[i]);
            if (static_cast<int>(starts.size()) < k) continue;
            std::sort(starts.begin(), starts.end());
            int times = 0, free_from = 0;
            for (const int start : starts)
                if (start >= free_from) {
                    ++times;
                    free_from = start + length;
                }
            if (times >= k) best = std::min(best, starts[0]);
        }
        return best;
    };
    int low = 0, high = n / k, answer = n;
    while (low < high) {
        const int middle = (low + high + 1) / 2, found = first_start(middle);
        if (found == n) {
            high = middle - 1;
        } else {
            low = middle;
            answer = found;
        }
    }
    if (low == 0)
        std::cout << "0\n";
    else
        std::cout << low << ' ' << answer + 1 << '\n';
}

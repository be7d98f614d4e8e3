// Has room for melodies of 32768 strokes only: out_of_range.
#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <vector>

constexpr std::array<long long, 2> PRIME = {1'000'000'007, 998'244'353}, BASE = {918'273'645, 123'456'791};

int main() {
    int n, k;
    std::string melody;
    std::cin >> n >> k >> melody;
    std::array<std::vector<long long>, 2> hash, power;
    for (int h = 0; h < 2; ++h) {
        hash[h].assign(32769, 0);
        power[h].assign(32769, 1);
        for (int i = 0; i < n; ++i) {
            hash[h].at(i + 1) = (hash[h][i] * BASE[h] + melody[i]) % PRIME[h];
            power[h].at(i + 1) = power[h][i] * BASE[h] % PRIME[h];
        }
    }
    // Where the first phrase of a length begins that is played k times; n if none is.
    const auto first_start = [&](int length) {
        std::vector<std::array<long long, 3>> phrases;
        for (int start = 0; start + length <= n; ++start) {
            std::array<long long, 3> phrase = {0, 0, start};
            for (int h = 0; h < 2; ++h) {
                const long long before = hash[h][start] * power[h][length] % PRIME[h];
                phrase[h] = (hash[h][start + length] + PRIME[h] - before) % PRIME[h];
            }
            phrases.push_back(phrase);
        }
        std::sort(phrases.begin(), phrases.end());
        long long best = n;
        for (std::size_t i = 0; i < phrases.size();) {
            const long long first = phrases[i][2];
            long long free_from = 0;
            int times = 0;
            std::size_t j = i;
            for (; j < phrases.size() && phrases[j][0] == phrases[i][0] && phrases[j][1] == phrases[i][1]; ++j)
                if (phrases[j][2] >= free_from) {
                    ++times;
                    free_from = phrases[j][2] + length;
                }
            if (times >= k) best = std::min(best, first);
            i = j;
        }
        return static_cast<int>(best);
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

// Wrong: depth-first search finds a way, but not a shortest one.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

int main() {
    int n, f, b;
    std::string track;
    std::cin >> n >> f >> b >> track;
    std::vector<int> before(n, -1), waiting{0};
    before[0] = 0;
    while (!waiting.empty()) {
        int stop = waiting.back();
        waiting.pop_back();
        for (int target : {stop + f, stop - b}) {
            if (target < 0 || target >= n || track[target] == '#' || before[target] != -1) continue;
            before[target] = stop;
            waiting.push_back(target);
        }
    }
    if (before[n - 1] == -1) {
        std::cout << "stuck\n";
        return 0;
    }
    std::string moves;
    for (int stop = n - 1; stop != 0; stop = before[stop]) moves += before[stop] < stop ? 'P' : 'W';
    std::reverse(moves.begin(), moves.end());
    std::cout << moves << "\n";
}

// Wrong: the sled may not glide over ice.
#include <algorithm>
#include <iostream>
#include <queue>
#include <string>
#include <vector>

int main() {
    int n, f, b;
    std::string track;
    std::cin >> n >> f >> b >> track;
    std::vector<int> iced(n + 1), before(n, -1);
    for (int i = 0; i < n; i++) iced[i + 1] = iced[i] + (track[i] == '#');
    std::queue<int> waiting;
    waiting.push(0);
    before[0] = 0;
    while (!waiting.empty()) {
        int stop = waiting.front();
        waiting.pop();
        for (int target : {stop + f, stop - b}) {
            if (target < 0 || target >= n || before[target] != -1) continue;
            if (iced[std::max(stop, target) + 1] != iced[std::min(stop, target)]) continue;
            before[target] = stop;
            waiting.push(target);
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

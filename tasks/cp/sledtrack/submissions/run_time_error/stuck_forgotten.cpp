// Crashes: takes it for granted that the last stop was reached.
#include <algorithm>
#include <iostream>
#include <queue>
#include <string>
#include <vector>

int main() {
    int n, f, b;
    std::string track;
    std::cin >> n >> f >> b >> track;
    std::vector<int> before(n, -1);
    std::queue<int> waiting;
    waiting.push(0);
    before[0] = 0;
    while (!waiting.empty()) {
        int stop = waiting.front();
        waiting.pop();
        for (int target : {stop + f, stop - b}) {
            if (target < 0 || target >= n || track[target] == '#' || before[target] != -1) continue;
            before[target] = stop;
            waiting.push(target);
        }
    }
    std::string moves;
    for (int stop = n - 1; stop != 0; stop = before.at(stop)) moves += before.at(stop) < stop ? 'P' : 'W';
    std::reverse(moves.begin(), moves.end());
    std::cout << moves << "\n";
}

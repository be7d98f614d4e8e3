// Breadth-first search from the last stop; then each move that comes one nearer is taken.
#include <iostream>
#include <queue>
#include <string>
#include <vector>

int main() {
    int n, f, b;
    std::string track;
    std::cin >> n >> f >> b >> track;
    std::vector<int> away(n, -1);
    std::queue<int> waiting;
    auto visit = [&](int stop, int distance) {
        if (stop < 0 || stop >= n || track[stop] == '#' || away[stop] != -1) return;
        away[stop] = distance;
        waiting.push(stop);
    };
    visit(n - 1, 0);
    while (!waiting.empty()) {
        int stop = waiting.front();
        waiting.pop();
        visit(stop + b, away[stop] + 1);
        visit(stop - f, away[stop] + 1);
    }
    if (away[0] == -1) {
        std::cout << "stuck\n";
        return 0;
    }
    std::string moves;
    for (int stop = 0; stop != n - 1;) {
        if (stop >= b && away[stop - b] == away[stop] - 1) {
            moves += 'W';
            stop -= b;
        } else {
            moves += 'P';
            stop += f;
        }
    }
    std::cout << moves << "\n";
}

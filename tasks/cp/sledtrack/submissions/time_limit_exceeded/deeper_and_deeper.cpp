// Too slow: tries all sequences of moves, with one more move each time; exponential.
#include <iostream>
#include <string>

int n, f, b;
std::string track, moves;

bool reach(int stop, int left) {
    if (left == 0) return stop == n - 1;
    if (stop + f < n && track[stop + f] == '.') {
        moves.push_back('P');
        if (reach(stop + f, left - 1)) return true;
        moves.pop_back();
    }
    if (stop >= b && track[stop - b] == '.') {
        moves.push_back('W');
        if (reach(stop - b, left - 1)) return true;
        moves.pop_back();
    }
    return false;
}

int main() {
    std::cin >> n >> f >> b >> track;
    for (int most = 1; most < n; most++) {
        if (reach(0, most)) {
            std::cout << moves << "\n";
            return 0;
        }
    }
    std::cout << "stuck\n";
}

// Counts lamps character by character; inside of a mark nothing counts.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>
using namespace std;

int lamps(const string& text) {
    int count = 0;
    bool inside = false;
    for (char c : text) {
        if (c == '<') inside = true;
        if (!inside) count++;
        if (c == '>') inside = false;
    }
    return count;
}

int main() {
    int c, r;
    string how;
    cin >> c >> r >> how;
    vector<vector<string>> board(r + 1, vector<string>(c));
    vector<int> width(c, 0);
    for (auto& line : board)
        for (int j = 0; j < c; j++) {
            cin >> line[j];
            width[j] = max(width[j], lamps(line[j]));
        }
    for (auto& line : board)
        for (int j = 0; j < c; j++) {
            int dots = width[j] - lamps(line[j]);
            int before = how[j] == 'l' ? 0 : how[j] == 'r' ? dots : dots / 2;
            cout << string(before, '.') << line[j] << string(dots - before, '.') << (j + 1 < c ? '|' : '\n');
        }
}

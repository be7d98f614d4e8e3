// Wrong: marks count like any other characters.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>
using namespace std;

int main() {
    int c, r;
    string how;
    cin >> c >> r >> how;
    vector<vector<string>> board(r + 1, vector<string>(c));
    vector<int> width(c, 0);
    for (auto& line : board)
        for (int j = 0; j < c; j++) {
            cin >> line[j];
            width[j] = max(width[j], (int)line[j].size());
        }
    for (auto& line : board)
        for (int j = 0; j < c; j++) {
            int dots = width[j] - (int)line[j].size();
            int before = how[j] == 'l' ? 0 : how[j] == 'r' ? dots : dots / 2;
            cout << string(before, '.') << line[j] << string(dots - before, '.') << (j + 1 < c ? '|' : '\n');
        }
}

// Fails: cuts two marks out of each text by position, which throws where a text with a mark has only one.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>
using namespace std;

int lamps(string text) {
    if (text.find('<') == string::npos) return text.size();
    for (int i = 0; i < 2; i++) {
        size_t from = text.find('<');
        text.erase(from, text.find('>') - from + 1);
    }
    return text.size();
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

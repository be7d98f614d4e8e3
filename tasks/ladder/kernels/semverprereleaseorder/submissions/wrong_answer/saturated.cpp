// Wrong: numbers that do not fit into 64 bits all count as the largest one.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<pair<vector<tuple<int, unsigned long long, string>>, int>> drafts(n);
    for (int i = 0; i < n; i++) {
        string mark, part;
        cin >> mark;
        stringstream rest(mark);
        while (getline(rest, part, '.')) {
            bool number = part.find_first_not_of("0123456789") == string::npos;
            if (number) drafts[i].first.emplace_back(0, strtoull(part.c_str(), nullptr, 10), "");
            else drafts[i].first.emplace_back(1, 0, part);
        }
        drafts[i].second = i + 1;
    }
    sort(drafts.begin(), drafts.end());
    for (int i = 0; i < n; i++) cout << drafts[i].second << " \n"[i == n - 1];
}

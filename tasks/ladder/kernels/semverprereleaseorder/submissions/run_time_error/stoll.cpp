// Fails: stoll throws for numbers of more than 64 bits.
#include <algorithm>
#include <iostream>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<pair<vector<tuple<int, long long, string>>, int>> drafts(n);
    for (int i = 0; i < n; i++) {
        string mark, part;
        cin >> mark;
        stringstream rest(mark);
        while (getline(rest, part, '.')) {
            bool number = part.find_first_not_of("0123456789") == string::npos;
            drafts[i].first.emplace_back(!number, number ? stoll(part) : 0, number ? "" : part);
        }
        drafts[i].second = i + 1;
    }
    sort(drafts.begin(), drafts.end());
    for (int i = 0; i < n; i++) cout << drafts[i].second << " \n"[i == n - 1];
}

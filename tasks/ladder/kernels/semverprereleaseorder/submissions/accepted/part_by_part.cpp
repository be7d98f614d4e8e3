// Compares part by part; of two numbers the longer one is the larger, and those of one length compare like text.
#include <algorithm>
#include <iostream>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>
using namespace std;

bool is_number(const string& part) { return part.find_first_not_of("0123456789") == string::npos; }

bool is_less(const string& a, const string& b) {
    bool x = is_number(a), y = is_number(b);
    if (x != y) return x;
    if (x && a.size() != b.size()) return a.size() < b.size();
    return a < b;
}

int main() {
    int n;
    cin >> n;
    vector<vector<string>> marks(n);
    for (auto& parts : marks) {
        string mark, part;
        cin >> mark;
        stringstream rest(mark);
        while (getline(rest, part, '.')) parts.push_back(part);
    }
    vector<int> order(n);
    iota(order.begin(), order.end(), 0);
    sort(order.begin(), order.end(), [&](int i, int j) {
        return lexicographical_compare(marks[i].begin(), marks[i].end(), marks[j].begin(), marks[j].end(), is_less);
    });
    for (int i = 0; i < n; i++) cout << order[i] + 1 << " \n"[i == n - 1];
}

// Reads words one by one; a begin opens its block first, and the next word takes that back if need be.
#include <iostream>
#include <string>
#include <vector>
using namespace std;

int main() {
    string word;
    getline(cin, word);
    vector<int> orders;
    int count = 0, depth = 0;
    bool has_begun = false, in_remark = false;
    while (cin >> word) {
        if (word == "{") in_remark = true;
        if (!in_remark) {
            bool is_start = word == "shift" || word == "work" || word == "now" || word == ";";
            if (has_begun && is_start) depth--;
            has_begun = word == "begin";
            if (has_begun) depth++;
            if (word == "end" && depth > 0) depth--;
            if (word == ";" && depth == 0) {
                orders.push_back(count);
                count = 0;
            } else {
                count++;
            }
        }
        if (word == "}") in_remark = false;
    }
    if (count > 0) orders.push_back(count);
    cout << orders.size() << "\n";
    for (int length : orders) cout << length << "\n";
}

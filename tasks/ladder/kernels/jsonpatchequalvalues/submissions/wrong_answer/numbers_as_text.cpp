// Wrong: numbers are compared as they are written, so 1 and 1.0 are different.
#include <iostream>
#include <map>
#include <string>
using namespace std;

string note;
size_t at;

string plain(string text) { return text; }

string until(const string& ends) {
    size_t from = at;
    while (at < note.size() && ends.find(note[at]) == string::npos) at++;
    return note.substr(from, at - from);
}

string rewritten() {
    char first = note[at];
    if (string("[({<").find(first) == string::npos) return plain(until(",])}>"));
    bool is_list = first == '[' || first == '(';
    at++;
    string items;
    map<string, string> members;
    while (string("])}>").find(note[at]) == string::npos) {
        if (note[at] == ',') at++;
        if (is_list) {
            items += rewritten() + ",";
        } else {
            string name = until(":");
            at++;
            members[name] = rewritten();
        }
    }
    at++;
    for (auto& [name, value] : members) items += name + ":" + value + ",";
    return (is_list ? "[" : "{") + items + (is_list ? "]" : "}");
}

int main() {
    int q;
    cin >> q;
    while (q--) {
        string forms[2];
        for (auto& form : forms) {
            cin >> note;
            at = 0;
            form = rewritten();
        }
        cout << (forms[0] == forms[1] ? "same" : "different") << "\n";
    }
}

// Writes every value in one way only (members sorted, numbers without spare characters) and compares the texts.
#include <iostream>
#include <map>
#include <string>
using namespace std;

string note;
size_t at;

string plain(string text) {
    if (text[0] != '-' && !isdigit(text[0])) return text;
    if (text.find('.') != string::npos) {
        while (text.back() == '0') text.pop_back();
        if (text.back() == '.') text.pop_back();
    }
    return text == "-0" ? "0" : text;
}

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

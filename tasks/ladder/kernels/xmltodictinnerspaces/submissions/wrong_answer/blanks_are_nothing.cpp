// Wrong: an element with nothing but blanks counts as empty, also when they are to be kept.
#include <iostream>
#include <string>
using namespace std;

string how, sheet;
size_t at = 0;

void element() {
    size_t end = sheet.find_first_of("/>", at);
    string name = sheet.substr(at + 1, end - at - 1), own;
    bool is_empty = sheet[end] == '/';
    at = end + 1 + is_empty;
    while (!is_empty) {
        if (sheet[at] != '<') {
            own += sheet[at++];
        } else if (sheet[at + 1] == '/') {
            at += name.size() + 3;
            break;
        } else {
            element();
        }
    }
    size_t first = own.find_first_not_of("_~"), last = own.find_last_not_of("_~");
    if (first == string::npos) own = "";
    else if (how == "trim") own = own.substr(first, last - first + 1);
    cout << name << " " << (own.empty() ? "-" : own) << "\n";
}

int main() {
    cin >> how >> sheet;
    element();
}

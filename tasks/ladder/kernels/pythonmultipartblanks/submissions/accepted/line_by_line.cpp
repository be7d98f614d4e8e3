// Reads line by line and keeps count and first and last line of the part at hand.
#include <iostream>
#include <map>
#include <string>
using namespace std;

string without_padding(const string& text) {
    size_t first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
    return first == string::npos ? "" : text.substr(first, last - first + 1);
}

string hex_of(const string& text) {
    string all;
    for (unsigned char c : text) {
        all += "0123456789abcdef"[c / 16];
        all += "0123456789abcdef"[c % 16];
    }
    return all.empty() ? "-" : all;
}

int main() {
    string mark, line, first, last;
    map<string, string> fields;
    int count = -2;
    getline(cin, mark);
    while (getline(cin, line)) {
        string bare = line.substr(0, line.find_last_not_of(" \t") + 1);
        bool is_end = bare == "--" + mark + "--";
        if (is_end || bare == "--" + mark) {
            if (count >= 0) cout << hex_of(fields["name"]) << " " << count << " " << hex_of(fields["order"] == "back" ? last : first) << "\n";
            count = -1;
            first = last = "";
            fields.clear();
            continue;
        }
        if (++count == 0) {
            for (size_t at = 0; at <= line.size();) {
                size_t end = min(line.find(';', at), line.size()), middle = line.find('=', at);
                fields[without_padding(line.substr(at, middle - at))] = without_padding(line.substr(middle + 1, end - middle - 1));
                at = end + 1;
            }
            continue;
        }
        if (count == 1) first = line;
        last = line;
    }
}

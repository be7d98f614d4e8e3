// Goes through the message once, counting rests until a word begins.
#include <iostream>
#include <string>
using namespace std;

string times(const string& sign, int count) {
    string all;
    while (count-- > 0) all += sign;
    return all;
}

int main() {
    int q;
    cin >> q;
    while (q--) {
        size_t limit;
        string how, sign, message, whole, text;
        cin >> limit >> how >> sign >> message;
        for (char c : message) whole += c == '-' ? sign : string(1, c);
        if (whole.size() <= limit) {
            cout << whole << "\n";
            continue;
        }
        bool is_first = true;
        for (size_t i = 0; i < message.size();) {
            int rests = 0;
            while (i < message.size() && message[i] == '-') i++, rests++;
            string word;
            while (i < message.size() && message[i] != '-') word += message[i++];
            if (word.empty()) break;
            string next = (is_first || !text.empty() ? times(sign, rests) : "") + word;
            is_first = false;
            if (text.size() + next.size() <= limit) text += next;
            else if (how == "stop") break;
        }
        cout << (text.empty() ? "*" : text) << "\n";
    }
}

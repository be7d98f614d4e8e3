// Wrong: cuts the message as it is written, where a rest is one character, and puts in the sign only then.
#include <iostream>
#include <string>
using namespace std;

int main() {
    int q;
    cin >> q;
    while (q--) {
        size_t limit;
        string how, sign, message, text;
        cin >> limit >> how >> sign >> message;
        bool is_first = true;
        for (size_t i = 0; i < message.size() && message.size() > limit;) {
            string rests, word;
            while (i < message.size() && message[i] == '-') rests += message[i++];
            while (i < message.size() && message[i] != '-') word += message[i++];
            if (word.empty()) break;
            string next = (is_first || !text.empty() ? rests : "") + word;
            is_first = false;
            if (text.size() + next.size() <= limit) text += next;
            else if (how == "stop") break;
        }
        if (message.size() <= limit) text = message;
        string shown;
        for (char c : text) shown += c == '-' ? sign : string(1, c);
        cout << (shown.empty() ? "*" : shown) << "\n";
    }
}

// Wrong: a second name for a collection gets a copy of it, so that it does not see what is set.
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>
using namespace std;

struct Node {
    string text;  // of a sheet its number, else {} or []
    vector<string> names;
    vector<Node> parts;

    Node* at(const string& name) {
        static Node nowhere;
        nowhere = Node{"?", {}, {}};
        if (text == "[]") {
            if (isdigit(name[0])) return stoul(name) < parts.size() ? &parts[stoul(name)] : &nowhere;
            if (name != "-") return &nowhere;
        } else if (text != "{}" || !isalpha(name[0])) {
            return &nowhere;
        } else {
            for (size_t i = 0; i < names.size(); i++)
                if (names[i] == name) return &parts[i];
            names.push_back(name);
        }
        parts.push_back(Node{});
        return &parts.back();
    }
};

Node* reached(Node* node, const string& path) {
    stringstream rest(path.substr(1));
    string part;
    while (getline(rest, part, '/')) node = node->at(part);
    return node;
}

int main() {
    int q;
    cin >> q;
    map<string, shared_ptr<Node>> held;
    while (q--) {
        string kind, name, other, path, value;
        cin >> kind >> name;
        if (kind == "new") {
            cin >> value;
            held[name] = make_shared<Node>(Node{value, {}, {}});
        } else if (kind == "same") {
            cin >> other;
            held[name] = make_shared<Node>(*held[other]);
        } else if (kind == "show") {
            cin >> path;
            Node* found = reached(held[name].get(), path);
            if (found->text == "{}" || found->text == "[]") cout << found->text[0] << found->parts.size() << found->text[1] << "\n";
            else cout << found->text << "\n";
        } else {
            if (kind == "draft") {
                cin >> other;
                held[name] = make_shared<Node>(*held[other]);
            }
            cin >> path >> value;
            *reached(held[name].get(), path) = Node{value, {}, {}};
        }
    }
}

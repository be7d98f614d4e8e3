// Wrong: a copy has a list of tools of its own, but each tool with its number of uses is the same one on both walls.
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>
using namespace std;

struct Tool {
    string name;
    int uses;
};

struct Wall {
    string rule;
    size_t hooks = 0;
    vector<shared_ptr<Tool>> tools;

    auto find(const string& tool) {
        return find_if(tools.begin(), tools.end(), [&](auto& one) { return one->name == tool; });
    }
    void use(const string& tool) {
        auto at = find(tool);
        auto found = *at;
        found->uses++;
        tools.erase(at);
        tools.push_back(found);
    }
    string hang(const string& tool) {
        if (find(tool) != tools.end()) {
            use(tool);
            return "-";
        }
        string gone = "-";
        if (tools.size() == hooks) {
            auto at = tools.begin();
            if (rule == "lfu") at = min_element(tools.begin(), tools.end(), [](auto& a, auto& b) { return a->uses < b->uses; });
            gone = (*at)->name;
            tools.erase(at);
        }
        tools.push_back(make_shared<Tool>(Tool{tool, 1}));
        return gone;
    }
    bool seek(const string& tool) {
        bool is_there = find(tool) != tools.end();
        if (is_there && rule != "fifo") use(tool);
        return is_there;
    }
};

int main() {
    int q;
    cin >> q;
    map<string, Wall> walls;
    while (q--) {
        string kind, name, other;
        cin >> kind >> name;
        if (kind != "count") cin >> other;
        Wall& wall = walls[name];
        if (kind == "wall") {
            wall.rule = other;
            cin >> wall.hooks;
        } else if (kind == "copy") {
            wall = Wall(walls[other]);
        } else if (kind == "hang") {
            cout << wall.hang(other) << "\n";
        } else if (kind == "seek") {
            cout << (wall.seek(other) ? "yes" : "no") << "\n";
        } else {
            cout << wall.tools.size() << "\n";
        }
    }
}

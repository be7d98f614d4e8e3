// A wall is a value with nothing shared: a vector of tools in the order of their last use, with their numbers of uses.
#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>
using namespace std;

struct Wall {
    string rule;
    size_t hooks = 0;
    vector<pair<string, int>> tools;

    auto find(const string& tool) {
        return find_if(tools.begin(), tools.end(), [&](auto& one) { return one.first == tool; });
    }
    void use(const string& tool) {
        auto at = find(tool);
        int uses = at->second + 1;
        tools.erase(at);
        tools.push_back({tool, uses});
    }
    string hang(const string& tool) {
        if (find(tool) != tools.end()) {
            use(tool);
            return "-";
        }
        string gone = "-";
        if (tools.size() == hooks) {
            auto at = tools.begin();
            if (rule == "lfu") at = min_element(tools.begin(), tools.end(), [](auto& a, auto& b) { return a.second < b.second; });
            gone = at->first;
            tools.erase(at);
        }
        tools.push_back({tool, 1});
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

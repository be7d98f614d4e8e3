// Fails: a table of a million amounts, and at() throws where Q is larger.
#include <iostream>
#include <vector>
using namespace std;

int main() {
    long long k, most, payable = 0;
    cin >> k >> most;
    vector<long long> value(k);
    for (auto& v : value) cin >> v;
    vector<char> can(1000001, 0);
    can[0] = 1;
    for (long long amount = 1; amount <= most; amount++) {
        char& now = can.at(amount);
        for (long long v : value)
            if (v <= amount && can[amount - v]) now = 1;
        payable += now;
    }
    cout << payable << "\n";
}

// Wrong: starts with as many sacks as possible and puts back at most 100 000 of them.
#include <algorithm>
#include <iostream>
using namespace std;

int main() {
    int n;
    cin >> n;
    while (n--) {
        long long a, b, c, most_sacks, most_blocks;
        cin >> a >> b >> c >> most_sacks >> most_blocks;
        long long sacks = min(most_sacks, c / a);
        bool found = false;
        for (int back = 0; back <= 100000 && back <= sacks && !found; back++) {
            long long rest = c - a * (sacks - back);
            if (rest % b == 0 && rest / b <= most_blocks) {
                cout << sacks - back << " " << rest / b << "\n";
                found = true;
            }
        }
        if (!found) cout << "impossible\n";
    }
}

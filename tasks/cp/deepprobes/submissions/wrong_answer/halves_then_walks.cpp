// Wrong: halves the range until one probe is left and then walks down mark by mark, which takes too many dives.
#include <iostream>
#include <string>
using namespace std;

int main() {
    int n, k, q;
    cin >> n >> k >> q;
    int low = 0, high = n;
    for (; low < high && q > 0; q--) {
        int x = k > 1 ? (low + high + 1) / 2 : low + 1;
        cout << "? " << x << endl;
        string reply;
        cin >> reply;
        if (reply == "safe") {
            low = x;
        } else {
            high = x - 1;
            k--;
        }
    }
    cout << "! " << low << endl;
}

// Takes an address apart character by character.
#include <iostream>
#include <sstream>
#include <string>
using namespace std;

bool ends_with(const string& text, const string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// The station of an address, or nothing if the address is not proper.
string station_of(const string& address) {
    size_t at = 0;
    while (at < address.size() && (isalnum(address[at]) || address[at] == '.' || address[at] == '-')) at++;
    string station = address.substr(0, at);
    if (at == address.size()) return station;
    if (address[at] != ':' || at + 1 == address.size()) return "";
    return address.find_first_not_of("0123456789", at + 1) == string::npos ? station : "";
}

bool is_trusted(const string& station, const string& list) {
    stringstream rest(list);
    string entry;
    while (getline(rest, entry, ','))
        if (station == entry || (entry[0] == '.' && (station == entry.substr(1) || ends_with(station, entry)))) return true;
    return false;
}

int main() {
    int q;
    cin >> q;
    while (q--) {
        string tube, slip, desk, list;
        cin >> tube >> slip >> desk >> list;
        size_t slash = desk.find('/');
        if (slip == "-") {
            if (desk.substr(slash) == "/-") {
                cout << "-\n";
                continue;
            }
            slip = "=" + desk;
            slip[slash + 1] = ':';
        }
        string address = slip.substr(1), usual = tube == "red" ? ":80" : ":443";
        if (ends_with(address, usual)) address.resize(address.size() - usual.size());
        string station = station_of(address);
        if (list == "-") cout << (station.empty() ? "-" : address) << "\n";
        else cout << (!station.empty() && is_trusted(station, list) ? address : "refused") << "\n";
    }
}

// Accepts (42) any way that is as short as the one in the answer, or "stuck" where the answer says so.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

namespace {

std::string feedback;

[[noreturn]] void reject(const std::string& why) {
    std::ofstream(feedback + "/judgemessage.txt") << why << "\n";
    std::exit(43);
}

void lower(std::string& word) {
    for (char& c : word) c = (char)std::tolower((unsigned char)c);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 1;
    feedback = argv[3];
    std::ifstream input(argv[1]), answer(argv[2]);
    long long n, f, b;
    std::string track, best, moves, more;
    if (!(input >> n >> f >> b >> track) || !(answer >> best)) return 1;
    if (!(std::cin >> moves)) reject("no output");
    if (std::cin >> more) reject("more than one word");
    lower(best);
    lower(moves);
    if (moves == "stuck") {
        if (best != "stuck") reject("says stuck, but there is a way");
        return 42;
    }
    long long at = 0;
    for (size_t i = 0; i < moves.size(); i++) {
        const std::string where = "move " + std::to_string(i + 1);
        if (moves[i] != 'p' && moves[i] != 'w') reject(where + " is neither P nor W");
        at += moves[i] == 'p' ? f : -b;
        if (at < 0 || at >= n) reject(where + " leaves the track");
        if (track[at] == '#') reject(where + " rests on ice, at stop " + std::to_string(at + 1));
    }
    if (at != n - 1) reject("ends at stop " + std::to_string(at + 1));
    if (best != "stuck" && moves.size() > best.size())
        reject(std::to_string(moves.size()) + " moves where " + std::to_string(best.size()) + " are enough");
    if (best == "stuck" || moves.size() < best.size()) {
        std::cerr << "the output is better than the answer file\n";
        return 1;
    }
    return 42;
}

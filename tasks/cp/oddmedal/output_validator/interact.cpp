// The balance: keeps all medals that fit what it has said, and says what leaves the most trouble.
//
// The second line of the input has one letter for each weighing and a seed. M: say what leaves most possibilities;
// T: rather tilt than not; E: rather stay even; R: by chance, in proportion to the possibilities.
#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <vector>

enum Outcome { LEFT, RIGHT, EVEN };
static const std::array<std::string, 3> WORDS = {"left", "right", "even"};

static std::string feedback_dir;

[[noreturn]] static void reject(const std::string &reason) {
    std::ofstream(feedback_dir + "judgemessage.txt") << reason << '\n';
    std::exit(43);
}

static int read_number(int low, int high, const char *what) {
    std::string word;
    if (!(std::cin >> word)) reject(std::string("output ends where there should be ") + what);
    if (word.empty() || word.size() > 6 || word.find_first_not_of("0123456789") != std::string::npos)
        reject(std::string("not a number: ") + what);
    const int number = std::stoi(word);
    if (number < low || number > high) reject(std::string("out of range: ") + what);
    return number;
}

struct Balance {
    std::vector<char> can_be_heavy, can_be_light;
    std::mt19937 chance;

    // What the balance shows if a medal on a pan (-1: left, 1: right, 0: none) is the odd one.
    static Outcome shown(int pan, bool is_heavy) {
        if (pan == 0) return EVEN;
        return (pan < 0) == is_heavy ? LEFT : RIGHT;
    }

    std::array<int, 3> possibilities(const std::vector<int> &pan) const {
        std::array<int, 3> count = {0, 0, 0};
        for (std::size_t i = 1; i < pan.size(); ++i) {
            if (can_be_heavy[i]) ++count[shown(pan[i], true)];
            if (can_be_light[i]) ++count[shown(pan[i], false)];
        }
        return count;
    }

    Outcome most(const std::array<int, 3> &count) {
        Outcome best = static_cast<Outcome>(chance() % 3);
        for (const Outcome outcome : {LEFT, RIGHT, EVEN})
            if (count[outcome] > count[best]) best = outcome;
        return best;
    }

    Outcome choose(std::array<int, 3> count, char manner) {
        if (manner == 'R') {
            int drawn = static_cast<int>(chance() % (count[LEFT] + count[RIGHT] + count[EVEN]));
            if (drawn < count[LEFT]) return LEFT;
            drawn -= count[LEFT];
            return drawn < count[RIGHT] ? RIGHT : EVEN;
        }
        if (manner == 'E' && count[EVEN] > 0) return EVEN;
        if (manner == 'T' && count[LEFT] + count[RIGHT] > 0) count[EVEN] = -1;
        return most(count);
    }

    void keep(const std::vector<int> &pan, Outcome outcome) {
        for (std::size_t i = 1; i < pan.size(); ++i) {
            if (shown(pan[i], true) != outcome) can_be_heavy[i] = 0;
            if (shown(pan[i], false) != outcome) can_be_light[i] = 0;
        }
    }
};

int main(int argc, char **argv) {
    if (argc < 4) return 1;
    std::signal(SIGPIPE, SIG_IGN);  // a program that ends early is found out by its missing output
    feedback_dir = argv[3];
    std::ifstream input(argv[1]);
    int n, k;
    std::string manners;
    unsigned seed;
    if (!(input >> n >> k >> manners >> seed)) return 1;
    Balance balance{std::vector<char>(n + 1, 1), std::vector<char>(n + 1, 1), std::mt19937(seed)};
    balance.can_be_heavy[0] = balance.can_be_light[0] = 0;
    std::cout << n << ' ' << k << std::endl;
    int used = 0;
    std::string word;
    while (std::cin >> word && word == "weigh") {
        if (used == k) reject("more weighings than allowed");
        const int c = read_number(1, n / 2, "count");
        std::vector<int> pan(n + 1, 0);
        for (int i = 0; i < 2 * c; ++i) {
            const int medal = read_number(1, n, "medal");
            if (pan[medal] != 0) reject("a medal twice in one weighing");
            pan[medal] = i < c ? -1 : 1;
        }
        const Outcome outcome = balance.choose(balance.possibilities(pan), manners.at(used));
        balance.keep(pan, outcome);
        ++used;
        std::cout << WORDS[outcome] << std::endl;
    }
    if (!std::cin || word != "answer") reject("neither weigh nor answer");
    const int medal = read_number(1, n, "answer");
    if (!(std::cin >> word) || (word != "heavy" && word != "light")) reject("neither heavy nor light");
    const bool is_heavy = word == "heavy";
    if (std::cin >> word) reject("output goes on after the answer");
    int left = 0;
    for (int i = 1; i <= n; ++i) left += balance.can_be_heavy[i] + balance.can_be_light[i];
    if (!(is_heavy ? balance.can_be_heavy : balance.can_be_light)[medal]) reject("wrong answer");
    if (left != 1) reject("guessed: " + std::to_string(left) + " possibilities are left");
    std::ofstream(feedback_dir + "judgemessage.txt") << used << " of " << k << " weighings\n";
    return 42;
}

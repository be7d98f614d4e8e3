// Joins people with few bookings, adds bookings until all have equally many, and takes off one full pairing per day.
#include <algorithm>
#include <iostream>
#include <vector>

struct Edge {
    int left, right, booking;  // booking -1: added
    bool is_used = false;
};

// For each person a joint one, so that no joint one has more than `days` bookings.
static int join(const std::vector<int> &load, int days, std::vector<int> &joint) {
    int count = 0, sum = 0;
    joint.resize(load.size());
    for (std::size_t i = 0; i < load.size(); ++i) {
        if (count == 0 || sum + load[i] > days) {
            ++count;
            sum = 0;
        }
        sum += load[i];
        joint[i] = count - 1;
    }
    return count;
}

static std::vector<Edge> edges;
static std::vector<std::vector<int>> of_left;
static std::vector<int> edge_of_right, seen;

static bool augment(int left, int round) {
    for (const int e : of_left[left]) {
        const int right = edges[e].right;
        if (edges[e].is_used || seen[right] == round) continue;
        seen[right] = round;
        if (edge_of_right[right] < 0 || augment(edges[edge_of_right[right]].left, round)) {
            edge_of_right[right] = e;
            return true;
        }
    }
    return false;
}

int main() {
    int a, b, m;
    std::cin >> a >> b >> m;
    std::vector<int> x(m), y(m), x_load(a, 0), y_load(b, 0);
    for (int i = 0; i < m; ++i) {
        std::cin >> x[i] >> y[i];
        ++x_load[--x[i]];
        ++y_load[--y[i]];
    }
    const int days = std::max(*std::max_element(x_load.begin(), x_load.end()),
                              *std::max_element(y_load.begin(), y_load.end()));
    std::vector<int> x_joint, y_joint;
    const int x_count = join(x_load, days, x_joint), y_count = join(y_load, days, y_joint);
    const int size = std::max(x_count, y_count);
    std::vector<int> x_open(size, days), y_open(size, days);
    const auto add = [&](int left, int right, int booking) {
        edges.push_back({left, right, booking});
        --x_open[left];
        --y_open[right];
    };
    for (int i = 0; i < m; ++i) add(x_joint[x[i]], y_joint[y[i]], i);
    for (int left = 0, right = 0; left < size;) {
        if (x_open[left] == 0)
            ++left;
        else if (y_open[right] == 0)
            ++right;
        else
            add(left, right, -1);
    }
    of_left.resize(size);
    for (std::size_t e = 0; e < edges.size(); ++e) of_left[edges[e].left].push_back(static_cast<int>(e));
    std::vector<int> day_of(m);
    seen.assign(size, -1);
    for (int day = 1, round = 0; day <= days; ++day) {
        edge_of_right.assign(size, -1);
        for (int left = 0; left < size; ++left) augment(left, round++);
        for (const int e : edge_of_right) {
            edges[e].is_used = true;
            if (edges[e].booking >= 0) day_of[edges[e].booking] = day;
        }
    }
    std::cout << days << '\n';
    for (const int day : day_of) std::cout << day << '\n';
}

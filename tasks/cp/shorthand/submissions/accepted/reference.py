# Two pointers over the runs; at each step the shorter of the two current runs is used up.
import re


def runs():
    return [(letter, int(count or 1)) for letter, count in re.findall(r"([a-z])(\d*)", input())]


def first_difference(a, b):
    i = j = used_a = used_b = done = 0
    while i < len(a) and j < len(b):
        if a[i][0] != b[j][0]:
            return done + 1
        step = min(a[i][1] - used_a, b[j][1] - used_b)
        done += step
        used_a += step
        used_b += step
        if used_a == a[i][1]:
            i, used_a = i + 1, 0
        if used_b == b[j][1]:
            j, used_b = j + 1, 0
    return "same" if i == len(a) and j == len(b) else done + 1


print(first_difference(runs(), runs()))

# Sorts by keys: numbers as integers, words as text behind all numbers.
import sys


def key(mark):
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in mark.split(".")]


marks = sys.stdin.read().split()[1:]
print(*sorted(range(1, len(marks) + 1), key=lambda at: key(marks[at - 1])))

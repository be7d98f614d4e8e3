# Divides into thirds as if the odd medal were known to be too heavy.
import sys


def weigh(left, right):
    print("weigh", len(left), *left, *right, flush=True)
    return sys.stdin.readline().strip()


def main():
    n, _ = map(int, sys.stdin.readline().split())
    medals = list(range(1, n + 1))
    while len(medals) > 1:
        third = max(1, (len(medals) + 1) // 3)
        left, right, rest = medals[:third], medals[third : 2 * third], medals[2 * third :]
        outcome = weigh(left, right)
        medals = {"left": left, "right": right}.get(outcome, rest) or left
    print("answer", medals[0], "heavy", flush=True)


main()

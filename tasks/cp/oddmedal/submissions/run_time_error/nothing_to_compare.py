# Puts as many as possible on the balance at first; then no medal is left to compare with: IndexError.
import sys


def weigh(left, right):
    print("weigh", len(left), *left, *right, flush=True)
    return sys.stdin.readline().strip()


def among_signed(heavy, light, genuine, k):
    """One of heavy is too heavy or one of light too light; together at most 3^k."""
    while len(heavy) + len(light) > 1:
        k -= 1
        if len(heavy) == len(light) == 1:
            if weigh(heavy, [genuine[0]]) == "left":
                light = []
            else:
                heavy = []
            continue
        pairs = min(3**k, len(heavy) // 2 + len(light) // 2)
        p = min(pairs, len(heavy) // 2)
        q = pairs - p
        outcome = weigh(heavy[:p] + light[:q], heavy[p : 2 * p] + light[q : 2 * q])
        if outcome == "left":
            heavy, light = heavy[:p], light[q : 2 * q]
        elif outcome == "right":
            heavy, light = heavy[p : 2 * p], light[:q]
        else:
            heavy, light = heavy[2 * p :], light[2 * q :]
    return (heavy[0], "heavy") if heavy else (light[0], "light")


def among_unknown(unknown, genuine, k):
    """One of the unknown is odd, at most (3^k - 1) / 2 of them; at least one is known to be genuine."""
    while True:
        k -= 1
        tried, rest = unknown[: 3**k], unknown[3**k :]
        half = (len(tried) + 1) // 2
        left, right = tried[:half], tried[half:]
        outcome = weigh(left, right + genuine[: len(left) - len(right)])
        if outcome == "left":
            return among_signed(left, right, genuine, k)
        if outcome == "right":
            return among_signed(right, left, genuine, k)
        genuine, unknown = genuine + tried, rest


def main():
    n, k = map(int, sys.stdin.readline().split())
    room = (3 ** (k - 1) - 1) // 2
    half = min(n // 2, room)
    left, right, rest = (
        list(range(1, half + 1)),
        list(range(half + 1, 2 * half + 1)),
        list(range(2 * half + 1, n + 1)),
    )
    outcome = weigh(left, right)
    if outcome == "left":
        found = among_signed(left, right, rest, k - 1)
    elif outcome == "right":
        found = among_signed(right, left, rest, k - 1)
    else:
        found = among_unknown(rest, left + right, k - 1)
    print("answer", *found, flush=True)


main()

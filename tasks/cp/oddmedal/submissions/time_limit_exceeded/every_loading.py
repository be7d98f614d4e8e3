# Tries every way to load the pans and takes the one whose worst outcome is best: four nested loops.
import sys


def weigh(left, right):
    print("weigh", len(left), *left, *right, flush=True)
    return sys.stdin.readline().strip()


def best_loading(h, m, g):
    """How many of the maybe heavy and of the maybe light go on the left and the right pan; g are there to fill up."""
    best, loading = h + m, None
    for hl in range(h + 1):
        for hr in range(h - hl + 1):
            for ll in range(m + 1):
                for lr in range(m - ll + 1):
                    worst = max(hl + lr, hr + ll, h - hl - hr + m - ll - lr)
                    if worst < best and abs(hl + ll - hr - lr) <= g:
                        best, loading = worst, (hl, hr, ll, lr)
    return loading


def among_signed(heavy, light, genuine, k):
    """One of heavy is too heavy or one of light too light; together at most 3^k."""
    while len(heavy) + len(light) > 1:
        k -= 1
        if len(heavy) == len(light) == 1:
            if weigh(heavy, genuine[:1]) == "left":
                light = []
            else:
                heavy = []
            continue
        hl, hr, ll, lr = best_loading(len(heavy), len(light), len(genuine))
        filler = hl + ll - hr - lr
        left, right = heavy[:hl] + light[:ll], heavy[hl : hl + hr] + light[ll : ll + lr]
        outcome = weigh(left + genuine[: max(0, -filler)], right + genuine[: max(0, filler)])
        if outcome == "left":
            heavy, light = heavy[:hl], light[ll : ll + lr]
        elif outcome == "right":
            heavy, light = heavy[hl : hl + hr], light[:ll]
        else:
            heavy, light = heavy[hl + hr :], light[ll + lr :]
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
    half = max(1, (n - room + 1) // 2)
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

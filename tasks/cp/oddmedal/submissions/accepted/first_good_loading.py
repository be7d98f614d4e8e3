# Looks for any loading of the pans, nearly even in both kinds, after which no outcome leaves more than a third.
import sys


def weigh(left, right):
    print("weigh", len(left), *left, *right, flush=True)
    return sys.stdin.readline().strip()


def splits(count):
    """Ways to put some of count medals on the left and the right pan, as evenly as it goes; most first."""
    for on_both in range(count, -1, -1):
        yield (on_both + 1) // 2, on_both // 2
        if on_both % 2:
            yield on_both // 2, (on_both + 1) // 2


def loading(heavy, light, genuine, most):
    """How many of the maybe heavy and of the maybe light to put left and right; genuine ones can even it out."""
    for hl, hr in splits(heavy):
        for ll, lr in splits(light):
            left_behind = heavy - hl - hr + light - ll - lr
            if left_behind > most:
                break
            if hl + lr <= most and hr + ll <= most and abs(hl + ll - hr - lr) <= genuine:
                return hl, hr, ll, lr
    raise ValueError("no loading leaves few enough")


def main():
    n, k = map(int, sys.stdin.readline().split())
    heavy, light, unknown, genuine = [], [], list(range(1, n + 1)), []
    while len(heavy) + len(light) + 2 * len(unknown) > 1:
        k -= 1
        if unknown:
            # One on the balance leaves one possibility to either tilt; one beside it leaves two if it stays even.
            on = min(3**k, len(unknown) - (not genuine))
            if not genuine:
                on -= on % 2
            lefts, rights = unknown[: (on + 1) // 2], unknown[(on + 1) // 2 : on]
            outcome = weigh(lefts, rights + genuine[: on % 2])
            if outcome == "even":
                genuine, unknown = genuine + unknown[:on], unknown[on:]
            else:
                genuine, unknown = genuine + unknown[on:], []
                heavy, light = (lefts, rights) if outcome == "left" else (rights, lefts)
            continue
        hl, hr, ll, lr = loading(len(heavy), len(light), len(genuine), 3**k)
        more = hl + ll - hr - lr
        left, right = heavy[:hl] + light[:ll], heavy[hl : hl + hr] + light[ll : ll + lr]
        outcome = weigh(left + genuine[: max(0, -more)], right + genuine[: max(0, more)])
        if outcome == "left":
            heavy, light = heavy[:hl], light[ll : ll + lr]
        elif outcome == "right":
            heavy, light = heavy[hl : hl + hr], light[:ll]
        else:
            heavy, light = heavy[hl + hr :], light[ll + lr :]
    print("answer", *([heavy[0], "heavy"] if heavy else [light[0], "light"]), flush=True)


main()

# Writes the input of every secret case: python generate.py OUTDIR. The same files each time.
import random
import sys
from pathlib import Path

RNG = random.Random("wintertyres")
LONGEST = 10**9


def case(costs, lifts, roads):
    lines = [f"{len(lifts)} {len(roads)} {len(costs)}"]
    lines += [" ".join(map(str, row)) for row in [*costs, lifts, *roads]]
    return "\n".join(lines) + "\n"


def renamed(n, roads):
    """Junctions between the first and the last under other numbers, roads in either direction."""
    inner = list(range(2, n))
    RNG.shuffle(inner)
    name = [0, 1, *inner, n]
    turned = []
    for u, v, length, surface in roads:
        ends = [name[u], name[v]]
        RNG.shuffle(ends)
        turned.append((*ends, length, surface))
    return turned


def fitting(k, worst=100, missing=0.0):
    """Costs: each set is good on its own surface; others are slow, or not to be used at all."""
    return [
        [1 if a == s else (0 if RNG.random() < missing else RNG.randint(2, worst)) for s in range(k)] for a in range(k)
    ]


def some_lifts(n, share, longest):
    return [RNG.randint(0, longest) if RNG.random() < share else -1 for _ in range(n)]


def web(n, m, k, longest):
    """A connected net: a random tree that is not deep, and further roads."""
    roads = [
        (RNG.randint(max(1, v - 40), v - 1), v, RNG.randint(1, longest), RNG.randint(1, k)) for v in range(2, n + 1)
    ]
    while len(roads) < m:
        u, v = RNG.sample(range(1, n + 1), 2)
        if abs(u - v) <= 60 or RNG.random() < 0.01:
            roads.append((u, v, RNG.randint(1, longest), RNG.randint(1, k)))
    RNG.shuffle(roads)
    return renamed(n, roads)


def chain(n, k, longest):
    """One long road with a surface that changes now and then."""
    surface, roads = 1, []
    for v in range(2, n + 1):
        if RNG.random() < 0.05:
            surface = RNG.randint(1, k)
        roads.append((v - 1, v, RNG.randint(1, longest), surface))
    return renamed(n, roads)


def ladder(steps, *, short_first):
    """At each step a way by two roads is shorter by a power of two, so that 2^steps ways have different lengths."""
    roads, at = [], 1
    for step in range(steps):
        extra = 2 ** (steps - 1 - step)
        direct, by_two = (at, at + 2, extra + 2, 1), [(at, at + 1, 1, 1), (at + 1, at + 2, 1, 1)]
        roads += [*by_two, direct] if short_first else [direct, *by_two]
        at += 2
    return at, roads


def ladder_case(steps, tail, *, short_first):
    """Behind the ladder a chain, so that each new length is carried far."""
    end, roads = ladder(steps, short_first=short_first)
    n = end + tail
    roads += [(v - 1, v, RNG.randint(1, 100), 1) for v in range(end + 1, n + 1)]
    return case([[1, 3], [2, 1]], [0, *some_lifts(n - 1, 0.1, 50)], roads)


def trap_case():
    """The soonest arrival at each lift is with the wrong set; who keeps only that one pays at the narrow places."""
    roads, at = [], 1
    lifts = [-1]
    while at + 3 <= 1990:
        roads += [(at, at + 1, 10, 1), (at + 1, at + 3, 30, 1), (at, at + 2, 12, 2), (at + 2, at + 3, 25, 2)]
        roads += [(at + 3, at + 4, 20, RNG.randint(1, 3))]
        lifts += [-1, RNG.choice([-1, 5]), RNG.choice([-1, 40]), RNG.choice([-1, 60, 100])]
        at += 4
    return case([[1, 3, 9], [2, 1, 6], [3, 3, 1]], lifts, renamed(at, roads))


def cut_case():
    """The last road has a surface for set 3, and no lift can be reached with set 1."""
    n = 600
    roads = [road if n not in road[:2] else (1, 2, 5, 1) for road in web(n, 1200, 2, 1000)]
    roads.append((n, 7, 3, 3))
    costs = [[1, 9, 0], [5, 2, 0], [7, 7, 3]]
    return case(costs, [-1] * (n - 1) + [0], roads)


def cases():
    yield "01-one-road", case([[100]], [-1, -1], [(2, 1, LONGEST, 1)])
    yield "02-change-at-start", case([[0, 0], [7, 3]], [4, -1], [(1, 2, 6, 1), (1, 2, 13, 2)])
    yield "03-no-way", case([[1]], [0] * 5, [(1, 2, 1, 1), (3, 5, 1, 1), (3, 4, 1, 1)])
    yield "04-small", case(fitting(3, 9), some_lifts(12, 0.4, 10), web(12, 25, 3, 12))
    yield "05-small-missing", case(fitting(4, 9, 0.6), some_lifts(14, 0.5, 10), web(14, 34, 4, 12))
    yield "06-ladder", ladder_case(30, 40, short_first=True)
    yield "07-ladder-other-way", ladder_case(30, 40, short_first=False)
    yield "08-cut", cut_case()
    yield "09-web", case(fitting(4, 20, 0.3), some_lifts(1000, 0.2, 100), web(1000, 3000, 4, 60))
    yield "10-trap", trap_case()
    yield "11-chain", case(fitting(4), some_lifts(2000, 0.1, LONGEST), chain(2000, 4, LONGEST))
    yield "12-web-large", case(fitting(4, 30, 0.2), some_lifts(2000, 0.3, 300), web(2000, 4000, 4, 99))
    yield "13-web-free-lifts", case(fitting(4, 100, 0.5), [0] * 1500, web(1500, 3500, 4, 9))


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, text in cases():
        (out / f"{name}.in").write_text(text, encoding="ascii", newline="\n")


main()

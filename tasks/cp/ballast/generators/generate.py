# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

TOP, FAR = 10**9, 10**18
PRIMES = (999_999_937, 999_999_929, 999_999_893, 999_999_883, 999_999_797, 999_999_761)

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(20252)


def write(name, ships):
    rows = [" ".join(map(str, ship)) for ship in ships]
    (target / f"{name}.in").write_text("\n".join([str(len(ships)), *rows]) + "\n")


def small(top, stock):
    a, b, c = rng.randint(1, top), rng.randint(1, top), rng.randint(1, 4 * top)
    return a, b, c, rng.randint(0, stock), rng.randint(0, stock)


def coprime_small():
    a, b = rng.choice([(7, 9), (11, 4), (13, 6), (5, 17), (8, 3), (1, 6)])
    return a, b, rng.randint(1, 300), rng.randint(0, 60), rng.randint(0, 60)


def planted(a, b, spare_sacks, spare_blocks, most=FAR):
    """A ship whose answer has been chosen first; it stays the only one if the spare is small."""
    sacks = rng.randint(0, (most - b) // (2 * a))
    blocks = rng.randint(1, (most - a * sacks) // b)
    return a, b, a * sacks + b * blocks, sacks + spare_sacks, blocks + spare_blocks


def just_missed(a, b):
    """Sacks and blocks are one short of what the only answer in reach would need."""
    sacks = rng.randint(b // 2, b - 1)
    blocks = rng.randint(1, (FAR - a * sacks) // b)
    return a, b, a * sacks + b * blocks, sacks - 1, blocks + a - 1


def scaled(factor, small_a, small_b):
    a, b = factor * small_a, factor * small_b
    return planted(a, b, rng.randint(0, 3), rng.randint(0, 3))


def two_primes():
    return rng.sample(PRIMES, 2)


def mixed(index):
    a, b = two_primes()
    kinds = (
        lambda: planted(a, b, 0, 0),
        lambda: just_missed(a, b),
        lambda: scaled(rng.randint(2, 10**5), rng.randint(1, 9000), rng.randint(1, 9000)),
        lambda: (a, b, rng.randint(FAR // 2, FAR), FAR, FAR),
        lambda: (
            rng.randint(1, TOP),
            rng.randint(1, TOP),
            rng.randint(1, FAR),
            rng.randint(0, FAR),
            rng.randint(0, TOP),
        ),
    )
    return kinds[index % len(kinds)]()


write("01-one-ship", [(3, 5, 7, 9, 9)])
write("02-no-common-divisor-small", [coprime_small() for _ in range(150)])
write("03-plenty-of-both", [(7, 9, c, 500, 500) for c in range(1, 61)])
write("04-small", [small(30, 12) for _ in range(200)])
write(
    "05-common-divisors",
    [(6 * rng.randint(1, 20), 6 * rng.randint(1, 20), rng.randint(1, 900), 40, 40) for _ in range(200)],
)
write(
    "06-one-kind-only",
    [
        (4, 6, 12, 3, 0),
        (4, 6, 12, 2, 0),
        (4, 6, 12, 0, 2),
        (4, 6, 12, 0, 1),
        (4, 6, 12, 0, 0),
        (1, 1, FAR, FAR, 0),
        (1, 1, FAR, 0, FAR),
        (1, TOP, FAR, 0, TOP),
        (1, TOP, FAR, 0, TOP - 1),
    ],
)
write("07-few-blocks", [planted(rng.randint(1, 50), rng.randint(51, 99), FAR // 10**3, 0, 10**9) for _ in range(150)])
write(
    "08-same-weight",
    [(a, a, a * rng.randint(1, 10**9), 10**9 // 2, 10**9 // 2) for a in (rng.randint(1, TOP) for _ in range(60))],
)
write("09-large-weights", [planted(*two_primes(), 10**9, 10**9) for _ in range(100)])
write("10-exactly-enough", [planted(*two_primes(), 0, 0) for _ in range(100)])
write("11-one-short", [just_missed(*two_primes()) for _ in range(200)])
write(
    "12-large-divisors", [scaled(rng.randint(2, 10**6), rng.randint(1, 900), rng.randint(1, 900)) for _ in range(100)]
)
write(
    "13-light-and-heavy",
    [planted(rng.randint(1, 9), rng.choice(PRIMES), rng.randint(0, 3), rng.randint(0, 3)) for _ in range(100)],
)
write(
    "14-heavy-and-light",
    [planted(rng.choice(PRIMES), rng.randint(1, 9), rng.randint(0, 3), rng.randint(0, 3)) for _ in range(100)],
)
write(
    "15-bounds",
    [
        (a, b, c, x, y)
        for a in (1, TOP)
        for b in (1, TOP - 1, TOP)
        for c in (1, TOP - 1, FAR - 1, FAR)
        for x, y in ((FAR, FAR), (0, FAR), (FAR, 0), (TOP, TOP))
    ],
)
write("16-all-kinds", [mixed(index) for index in range(200)])

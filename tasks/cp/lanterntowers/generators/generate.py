# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(20256)


def write(name, n, pairs):
    lines = [(n, len(pairs)), *(pair if rng.random() < 0.5 else pair[::-1] for pair in pairs)]
    (target / f"{name}.in").write_text("".join(f"{a} {b}\n" for a, b in lines))


def any_pairs(n, count, low=1):
    return [tuple(rng.sample(range(low, n + 1), 2)) for _ in range(count)]


def multiples(n, count):
    """Pairs of multiples of one number."""
    found = []
    while len(found) < count:
        factor = rng.randint(2, n // 2)
        found.append(tuple(factor * part for part in rng.sample(range(1, n // factor + 1), 2)))
    return found


def smooth(n):
    """Numbers up to n with many small divisors."""
    return [number for number in range(1, n + 1) if sum(number % d == 0 for d in range(1, 13)) >= 6]


def primes(low, high):
    return [p for p in range(max(2, low), high) if all(p % d for d in range(2, int(p**0.5) + 1))]


write("01-two-towers", 2, [(1, 2)])
write("02-three-towers", 3, [(1, 2), (1, 3), (2, 3)])
write("03-all-pairs", 30, [(a, b) for a in range(1, 31) for b in range(1, a)])
write("04-small", 200, any_pairs(200, 300))
write("05-half-way", 500, [(number, 500 - number) for number in range(1, 250)] + [(250, 500), (249, 498), (1, 500)])
write("06-not-a-round-number", 997, any_pairs(997, 200))
write("07-middle", 2500, any_pairs(2500, 600) + multiples(2500, 400))
write(
    "08-powers-of-two",
    8192,
    [(2**a, 2**b) for a in range(14) for b in range(a)] + [(2**a, 3**b) for a in range(1, 14) for b in range(1, 9)],
)
write("09-large-any", 10_000, any_pairs(10_000, 1000))
write("10-large-multiples", 10_000, multiples(10_000, 1000))
many = smooth(10_000)
write("11-large-smooth", 10_000, [tuple(rng.sample(many, 2)) for _ in range(1000)])
high = primes(2500, 5000)
write("12-primes-below-half", 10_000, [tuple(rng.sample(high, 2)) for _ in range(500)])
write("13-primes-above-half", 9973, [(p, rng.randint(1, 4986)) for p in primes(4987, 9974)])
write("14-halves", 10_000, [(number, 2 * number) for number in range(4001, 5001)])
write("15-near-the-end", 9999, any_pairs(9999, 1000, 8000))
write("16-far-ends", 10_000, [(number, 10_001 - number) for number in range(1, 1001)])

# Tries every earlier post for each post: quadratic.
import sys


def read_trail():
    """Places of all posts; saddling times and paces of all ponies."""
    n, pace, drop, gap, weight, z = map(int, sys.stdin.read().split())
    places, saddling, paces = [0], [], []
    for _ in range(n):
        z = (1103515245 * z + 12345) & 0x7FFFFFFF
        places.append(places[-1] + 1 + (z >> 12) % gap)
        z = (1103515245 * z + 12345) & 0x7FFFFFFF
        saddling.append(weight * ((z >> 12) % 1000))
        z = (1103515245 * z + 12345) & 0x7FFFFFFF
        pace -= 1 + (z >> 12) % drop
        paces.append(pace)
    return places, saddling, paces


def main():
    places, saddling, paces = read_trail()
    best, bases = 0, []
    for j, place in enumerate(places[1:]):
        bases.append(best + saddling[j] - paces[j] * places[j])
        best = min(pace * place + base for pace, base in zip(paces, bases, strict=False))
    print(best)


main()

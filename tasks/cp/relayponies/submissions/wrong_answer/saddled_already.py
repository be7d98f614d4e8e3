# Thinks that the first pony is saddled already.
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
    saddling[0] = 0
    slopes, bases, best, first = [], [], 0, 0
    for j, slope in enumerate(paces):
        base = best + saddling[j] - slope * places[j]
        while len(slopes) - first >= 2:
            if (base - bases[-2]) * (slopes[-2] - slopes[-1]) > (bases[-1] - bases[-2]) * (slopes[-2] - slope):
                break
            slopes.pop()
            bases.pop()
        slopes.append(slope)
        bases.append(base)
        place = places[j + 1]
        best = slopes[first] * place + bases[first]
        while first + 1 < len(slopes) and slopes[first + 1] * place + bases[first + 1] <= best:
            first += 1
            best = slopes[first] * place + bases[first]
    print(best)


main()

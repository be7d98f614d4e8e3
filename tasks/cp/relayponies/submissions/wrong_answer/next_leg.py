# Changes whenever the next pony gains time on the next leg.
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
    time, pace = saddling[0], paces[0]
    for j, fresh in enumerate(paces):
        leg = places[j + 1] - places[j]
        if saddling[j] + fresh * leg < pace * leg:
            time += saddling[j]
            pace = fresh
        time += pace * leg
    print(time)


main()

# Asks recursively for the post before: RecursionError for about a thousand posts.
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
    known = {0: 0}

    def least(post):
        if post not in known:
            known[post] = min(
                least(j) + saddling[j] + paces[j] * (places[post] - places[j]) for j in range(post - 1, -1, -1)
            )
        return known[post]

    print(least(len(paces)))


main()

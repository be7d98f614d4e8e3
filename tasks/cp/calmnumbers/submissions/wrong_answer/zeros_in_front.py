# Wrong: fills short numbers up with zeros, and then asks of those too that neighbours differ by no more than d.
import sys


def up_to(bound, step, m):
    free, edge = {}, (None, 0)
    for top in map(int, str(bound).zfill(19)):
        following = {}
        for (last, rest), count in free.items():
            for digit in range(max(0, last - step), min(9, last + step) + 1):
                key = digit, (rest + digit) % m
                following[key] = following.get(key, 0) + count
        if edge:
            last, rest = edge
            for digit in range(top):
                if last is None or abs(digit - last) <= step:
                    key = digit, (rest + digit) % m
                    following[key] = following.get(key, 0) + 1
            edge = (top, (rest + top) % m) if last is None or abs(top - last) <= step else None
        free = following
    total = sum(count for (_, rest), count in free.items() if rest == 0)
    return total + (edge is not None and edge[1] == 0)


for line in sys.stdin.read().splitlines()[1:]:
    low, high, step, m = map(int, line.split())
    print(up_to(high, step, m) - up_to(low - 1, step, m))

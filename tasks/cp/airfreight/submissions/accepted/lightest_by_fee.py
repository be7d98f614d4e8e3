# The lightest hold for every sum of fees, with the net still free and with the net in use.
import sys


def main():
    n, hold, *numbers = map(int, sys.stdin.buffer.read().split())
    far = 10**18
    free, used = [0], [far]
    for weight, fee in zip(numbers[::2], numbers[1::2]):
        gap = [far] * fee
        loaded = gap + [w + weight for w in free]
        hung = gap + [min(w + weight, v) for w, v in zip(used, free)]
        free = [min(pair) for pair in zip(free + gap, loaded)]
        used = [min(pair) for pair in zip(used + gap, hung)]
    print(max(fee for fee, pair in enumerate(zip(free, used)) if min(pair) <= hold))


main()

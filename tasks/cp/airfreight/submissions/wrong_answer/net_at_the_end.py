# Wrong: fills the hold as well as possible without the net and then hangs up the best parcel that is left.
import sys


def main():
    n, hold, *numbers = map(int, sys.stdin.buffer.read().split())
    table = [(0, 0)]
    for i, (weight, fee) in enumerate(zip(numbers[::2], numbers[1::2])):
        far = [(10**18, 0)] * fee
        loaded = far + [(total + weight, taken | 1 << i) for total, taken in table]
        table = [min(pair) for pair in zip(table + far, loaded)]
    best = max(fee for fee, (total, _) in enumerate(table) if total <= hold)
    taken = table[best][1]
    left = [fee for i, fee in enumerate(numbers[1::2]) if not taken >> i & 1]
    print(best + max(left, default=0))


main()

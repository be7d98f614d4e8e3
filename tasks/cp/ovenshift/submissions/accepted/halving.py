# Binary search for the minute, with whole rounds of baking and cleaning.
import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    k = numbers[1]
    ovens = [(t, c, c * t + r) for t, c, r in zip(numbers[2::3], numbers[3::3], numbers[4::3])]
    low, high = 0, 2 * 10**18
    while high - low > 1:
        middle = (low + high) // 2
        done = 0
        for t, c, whole in ovens:
            rounds, rest = divmod(middle, whole)
            done += rounds * c + min(c, rest // t)
        if done >= k:
            high = middle
        else:
            low = middle
    print(high)


main()

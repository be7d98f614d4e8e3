# Wrong: the rest of a round is divided by the time of a tray, as if the oven went on baking while it is cleaned.
import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    k = numbers[1]
    ovens = list(zip(numbers[2::3], numbers[3::3], numbers[4::3]))
    low, high = 0, 2 * 10**18
    while high - low > 1:
        middle = (low + high) // 2
        done = 0
        for t, c, r in ovens:
            rounds, rest = divmod(middle, c * t + r)
            done += rounds * c + rest // t
        if done >= k:
            high = middle
        else:
            low = middle
    print(high)


main()

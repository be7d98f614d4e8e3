# Too slow: lets the clock run, minute by minute.
import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    k = numbers[1]
    ovens = list(zip(numbers[2::3], numbers[3::3], numbers[4::3]))
    minute = done = 0
    while done < k:
        minute += 1
        for t, c, r in ovens:
            rest = minute % (c * t + r)
            if rest % t == 0 and 0 < rest <= c * t or rest == 0 and r == 0:
                done += 1
    print(minute)


main()

# Binary search for the length, but counts each phrase by going through the whole melody: quadratic.
import sys


def main():
    n, k, melody = sys.stdin.read().split()
    n, k = int(n), int(k)

    def first_start(length):
        for start in range(n - length + 1):
            if melody.count(melody[start : start + length]) >= k:
                return start
        return None

    low, high, answer = 0, n // k, None
    while low < high:
        middle = (low + high + 1) // 2
        found = first_start(middle)
        if found is None:
            high = middle - 1
        else:
            low, answer = middle, found
    print(0 if answer is None else f"{low} {answer + 1}")


main()

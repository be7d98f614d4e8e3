# Fails: asks for the inverse of a modulo b even where they have a common divisor.
import sys

numbers = list(map(int, sys.stdin.read().split()))
for start in range(1, len(numbers), 5):
    a, b, c, most_sacks, most_blocks = numbers[start : start + 5]
    least = max(0, -((b * most_blocks - c) // a))
    sacks = least + (c * pow(a, -1, b) - least) % b
    if sacks > most_sacks or a * sacks > c:
        print("impossible")
    else:
        print(sacks, (c - a * sacks) // b)

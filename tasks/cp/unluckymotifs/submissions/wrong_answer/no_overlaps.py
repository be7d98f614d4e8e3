# Takes from k times the count those ribbons that end in a motif, as if motifs could not overlap.
import sys

MODULUS = 1_000_000_007


def main():
    n, k, _, *motifs = sys.stdin.read().split()
    n, k = int(n), int(k)
    size = max(map(len, motifs)) + 1
    # count[i] = k * count[i - 1] - sum of count[i - length]; before the start the count is 0.
    rule = [0] * size
    rule[0] = k
    for motif in set(motifs):
        rule[len(motif) - 1] -= 1
    matrix = [rule, *([int(i == j) for j in range(size)] for i in range(size - 1))]
    column = [1] + [0] * (size - 1)
    while n:
        if n & 1:
            column = [sum(map(int.__mul__, row, column)) % MODULUS for row in matrix]
        columns = list(zip(*matrix, strict=True))
        matrix = [[sum(map(int.__mul__, row, other)) % MODULUS for other in columns] for row in matrix]
        n >>= 1
    print(column[0])


main()

# Automaton of all prefixes; the square of its matrix again and again, and a row that is multiplied by it.
import sys

MODULUS = 1_000_000_007


def build(k, motifs):
    """Transition counts between prefixes of motifs that end in no motif, as a matrix; the empty one is number 0."""
    prefixes = sorted({motif[:i] for motif in motifs for i in range(len(motif) + 1)}, key=len)
    clean = [prefix for prefix in prefixes if not prefix.endswith(tuple(motifs))]
    number = {prefix: i for i, prefix in enumerate(clean)}
    known = set(prefixes)
    steps = [[0] * len(clean) for _ in clean]
    for prefix in clean:
        for letter in map(chr, range(ord("a"), ord("a") + k)):
            text = prefix + letter
            if text.endswith(tuple(motifs)):
                continue
            while text not in known:
                text = text[1:]
            steps[number[prefix]][number[text]] += 1
    return steps


def product(rows, matrix):
    columns = list(zip(*matrix, strict=True))
    return [[sum(map(int.__mul__, row, column)) % MODULUS for column in columns] for row in rows]


def main():
    n, k, _, *motifs = sys.stdin.read().split()
    n, steps = int(n), build(int(k), motifs)
    if not steps:
        print(0)
        return
    row = [[1] + [0] * (len(steps) - 1)]
    while n:
        if n & 1:
            row = product(row, steps)
        n >>= 1
        if n:
            steps = product(steps, steps)
    print(sum(row[0]) % MODULUS)


main()

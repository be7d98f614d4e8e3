# Asks recursively for the ribbons that are shorter by one stitch: RecursionError for long ones.
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


def main():
    n, k, _, *motifs = sys.stdin.read().split()
    steps = build(int(k), motifs)
    columns = list(zip(*steps, strict=True))

    def counts(length):
        if length == 0:
            return [1] + [0] * (len(steps) - 1)
        shorter = counts(length - 1)
        return [sum(map(int.__mul__, shorter, column)) % MODULUS for column in columns]

    print(sum(counts(int(n))) % MODULUS)


main()

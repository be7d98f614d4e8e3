# The counts satisfy a linear recurrence: finds it from the first ones, then takes the n-th power of x modulo it.
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


def recurrence(counts):
    """Shortest c with counts[i] = sum of c[j] * counts[i - 1 - j] (Berlekamp and Massey)."""
    current, before = [1], [1]
    length, gap, last = 0, 1, 1
    for i, count in enumerate(counts):
        error = (count + sum(current[j] * counts[i - j] for j in range(1, min(length + 1, len(current))))) % MODULUS
        if not error:
            gap += 1
            continue
        factor = error * pow(last, -1, MODULUS) % MODULUS
        kept = current[:]
        current += [0] * (len(before) + gap - len(current))
        for j, value in enumerate(before):
            current[j + gap] = (current[j + gap] - factor * value) % MODULUS
        if 2 * length <= i:
            length, before, last, gap = i + 1 - length, kept, error, 1
        else:
            gap += 1
    current += [0] * (length + 1 - len(current))
    return [-value % MODULUS for value in current[1 : length + 1]]


def reduced(polynomial, rule):
    size = len(rule)
    for top in range(len(polynomial) - 1, size - 1, -1):
        factor = polynomial[top] % MODULUS
        for j, value in enumerate(rule):
            polynomial[top - 1 - j] += factor * value
    return [value % MODULUS for value in polynomial[:size]]


def main():
    n, k, _, *motifs = sys.stdin.read().split()
    n, steps = int(n), build(int(k), motifs)
    counts, row = [], [1] + [0] * (len(steps) - 1) if steps else []
    for _ in range(2 * len(steps) + 4):
        counts.append(sum(row) % MODULUS)
        row = [sum(map(int.__mul__, row, column)) % MODULUS for column in zip(*steps, strict=True)]
    rule = recurrence(counts)
    if n < len(counts):
        print(counts[n])
        return
    power = reduced([1], rule)
    for bit in bin(n)[2:]:
        square = [0] * (2 * len(power))
        for i, x in enumerate(power):
            for j, y in enumerate(power):
                square[i + j] += x * y
        if bit == "1":
            square.insert(0, 0)
        power = reduced(square, rule)
    print(sum(map(int.__mul__, power, counts)) % MODULUS)


main()

# Writes the input of every secret case: python generate.py OUTDIR. The same files each time.
import random
import sys
from pathlib import Path

RNG = random.Random("unluckymotifs")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TOP = 10**18


def drawn(k, lengths):
    return ["".join(RNG.choice(LETTERS[:k]) for _ in range(length)) for length in lengths]


# n, k, motifs
CASES = {
    "01-one-stitch": (1, 26, ["z", "aa"]),
    "02-all-unlucky": (TOP, 3, ["a", "b", "c"]),
    "03-one-colour": (TOP, 1, ["a" * 24]),
    "04-one-colour-short": (23, 1, ["a" * 24]),
    "05-small": (9, 3, ["ab", "bca", "cc"]),
    "06-part-inside": (30, 3, ["abcab", "bc", "cacac"]),
    "07-no-way-long": (500, 2, ["aaa", "bb", "ab"]),
    "08-part-of-prefix": (40, 2, ["abbab", "bba", "aaaa"]),
    "09-self-overlap": (1000, 2, ["ababababa", "aabaabaab"]),
    "10-thousands": (123_456, 4, drawn(4, [3, 4, 4, 5, 8])),
    "11-long": (TOP, 2, ["abababababab", "aabbaabbaabb"]),
    "12-one-long-motif": (TOP - 1, 26, ["abcdefghijklmnopqrstuvwx"]),
    "13-many-motifs": (987_654_321_987_654_321, 5, drawn(5, [2, 2, 2, 2, 2, 2, 3, 3, 3, 3])),
    "14-hidden-parts": (TOP, 2, ["babbbabaa", "bbb", "abab", "aaaa", "bbba"]),
    "15-twice": (TOP - 7, 3, ["abca", "abca", "bc", "bcaab", "caa", "acacac"]),
    "16-full-trie": (TOP, 26, ["abcdef", "ghijkl", "mnopqr", "stuvwx"]),
    "17-two-to-the-32": (2**32 + 5, 2, ["aabb", "babab"]),
}


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, (n, k, motifs) in CASES.items():
        text = "\n".join([f"{n} {k} {len(motifs)}", *motifs]) + "\n"
        (out / f"{name}.in").write_text(text, encoding="ascii", newline="\n")


main()

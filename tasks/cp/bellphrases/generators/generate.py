# Writes the input of every secret case: python generate.py OUTDIR. The same files each time.
import random
import sys
from pathlib import Path

RNG = random.Random("bellphrases")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def noise(length, letters=LETTERS):
    return "".join(RNG.choice(letters) for _ in range(length))


def thue_morse(order):
    """The word and its complement: their polynomial hashes are equal modulo 2^64, whatever the base, for order > 10."""
    word = "".join("ab"[i.bit_count() % 2] for i in range(2**order))
    return word, word.translate(str.maketrans("ab", "ba"))


def against_wrapping_hash():
    word, other = thue_morse(11)
    tail = noise(700)
    return word + tail + noise(2400, "pqrstuvw") + other + tail + noise(10_000 - 2 * (2048 + 700) - 2400, "hijklmno")


def fibonacci(length):
    word, following = "a", "ab"
    while len(following) < length:
        word, following = following, following + word
    return following[:length]


def planted(phrase, places, length):
    """Noise with a phrase at some places."""
    melody = list(noise(length))
    for place in places:
        melody[place : place + len(phrase)] = phrase
    return "".join(melody)


def crowded(phrase, times, length):
    """Passages that overlap near the start, and one far away: first and last are far apart, but there are too few."""
    near = phrase + phrase[len(phrase) // 2 :] * (times - 2)
    return near + noise(length - len(near) - len(phrase)) + phrase


def cases():
    yield "01-two-strokes", 2, "aa"
    yield "02-all-different", 2, LETTERS
    yield "03-one-bell", 3, "a" * 11
    yield "04-small", 2, noise(60, "abc")
    yield "05-overlaps", 2, "ab" * 7 + "c" + "aba"
    yield "06-three", 3, noise(40, "ab") + "c" + noise(40, "ab")
    yield "07-far-apart", 4, crowded("mn" * 20, 5, 800)
    yield "08-every-stroke", 30, "q" * 30
    yield "09-never-so-often", 300, noise(2000)
    yield "10-complement", 2, against_wrapping_hash()
    half = noise(20_000)
    yield "11-noise", 2, noise(40_000)
    yield "12-halves", 2, half + half
    yield "13-one-bell-long", 7, "z" * 39_999
    yield "14-fibonacci", 3, fibonacci(30_000)
    yield "15-planted", 5, planted(noise(2900, "xyz"), [11, 5000, 7900, 20_000, 33_333], 38_000)
    yield "16-two-bells", 4, noise(40_000, "ab")
    yield "17-pairs", 15_000, "ab" * 16_000


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, k, melody in cases():
        (out / f"{name}.in").write_text(f"{len(melody)} {k}\n{melody}\n", encoding="ascii", newline="\n")


main()

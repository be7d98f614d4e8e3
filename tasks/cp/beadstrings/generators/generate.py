# Writes the input of every secret case: python generate.py OUTDIR. The same files each time.
import random
import sys
from pathlib import Path

RNG = random.Random("beadstrings")
TOP = 10**15
SIZE = 1000


def worths():
    """Grundy numbers of the first strings; from 259 beads on they repeat after 148."""
    table = []
    for length in range(SIZE):
        reached = {0} if length in (2, 3) else set()
        for cut in (2, 3):
            rest = length - cut
            reached |= {table[left] ^ table[rest - left] for left in range(1, rest // 2 + 1)}
        table.append(next(worth for worth in range(SIZE) if worth not in reached))
    return table


TABLE = worths()
OF_WORTH = {}
for length in range(1, SIZE):
    OF_WORTH.setdefault(TABLE[length], []).append(length)


def worth(length):
    return TABLE[length if length < SIZE else 259 + (length - 259) % 148]


def with_worth(wanted, most):
    """A string of some worth, as long as may be; None if none is so short."""
    short = [length for length in OF_WORTH.get(wanted, []) if length <= most]
    if not short:
        return None
    length = RNG.choice(short)
    return length if length < 259 else length + 148 * RNG.randrange(max(1, (most - length) // 148))


def game(least, most, strings):
    """About half of the games are lost for the one who begins: the last string makes up for the others."""
    lengths = [RNG.randint(least, most) for _ in range(strings)]
    if strings > 1 and RNG.random() < 0.55:
        total = 0
        for length in lengths[1:]:
            total ^= worth(length)
        last = with_worth(total, most)
        if last is not None:
            lengths[0] = last
            RNG.shuffle(lengths)
    return lengths


def case(games):
    return "\n".join([str(len(games)), *(f"{len(lengths)} {' '.join(map(str, lengths))}" for lengths in games)]) + "\n"


def mixed(least, most, strings):
    return case([game(least, most, RNG.randint(*strings)) for _ in range(100)])


def cases():
    yield "01-each-short", case([[length] for length in range(1, 61)])
    yield "02-pairs", mixed(1, 60, (2, 2))
    yield "03-few-hundred", mixed(1, 258, (1, 4))
    yield "04-before-the-period", mixed(100, 258, (2, 3))
    yield "05-many-strings", mixed(1, 300, (8, 10))
    yield "06-thousands", mixed(250, 5000, (1, 3))
    yield "07-single-long", case([[RNG.randint(1, TOP)] for _ in range(100)])
    yield "08-million", mixed(10**5, 10**6, (1, 4))
    yield "09-long-pairs", mixed(1, TOP, (2, 2))
    yield "10-long", mixed(TOP // 2, TOP, (2, 6))
    yield "11-long-and-short", case([[*game(1, TOP, 3), *game(1, 250, 3)] for _ in range(100)])
    yield "12-next-to-each-other", case([[TOP - step, TOP - step - RNG.randint(1, 148)] for step in range(100)])
    yield "13-longest", mixed(TOP - 1000, TOP, (9, 10))


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, text in cases():
        (out / f"{name}.in").write_text(text, encoding="ascii", newline="\n")


main()

# Writes the input of every secret case: python generate.py OUTDIR. The same files each time.
import random
import sys
from pathlib import Path

RNG = random.Random("workshopweek")


def case(bookings, *, mixed=True, renamed=True):
    """Bookings as (apprentice, master) from 0; shuffled and with other numbers where that is wanted."""
    a = max(x for x, _ in bookings) + 1
    b = max(y for _, y in bookings) + 1
    left, right = list(range(1, a + 1)), list(range(1, b + 1))
    bookings = list(bookings)
    if renamed:
        RNG.shuffle(left)
        RNG.shuffle(right)
    if mixed:
        RNG.shuffle(bookings)
    lines = [f"{a} {b} {len(bookings)}", *(f"{left[x]} {right[y]}" for x, y in bookings)]
    return "\n".join(lines) + "\n"


def complete(size, other):
    return [(x, y) for x in range(size) for y in range(other)]


def regular(size, days):
    """Everyone has a lesson every day: random pairings, one on top of the other."""
    bookings = []
    for _ in range(days):
        masters = list(range(size))
        RNG.shuffle(masters)
        bookings += enumerate(masters)
    return bookings


def loose(a, b, m):
    return [(0, 0), (a - 1, b - 1), *((RNG.randrange(a), RNG.randrange(b)) for _ in range(m - 2))]


def long_path(people):
    """A path, its first half from one end and its second from the other; where they meet, the days do not fit."""
    path = [(x, y) for x in range(people) for y in (x, x + 1)][:-2]
    middle = len(path) // 2
    return [*path[:middle], *reversed(path[middle + 1 :]), path[middle]]


def star_and_more(a, b):
    """One master with many bookings, and a dense rest for whom that many days would be enough."""
    return [(x, 0) for x in range(a)] + [(RNG.randrange(a), 1 + y % (b - 1)) for y in range(5000 - a)]


def starved(groups):
    """Pairings as large as possible on the first days leave those with most bookings too little time."""
    bookings = []
    for g in range(groups):
        x, y = 4 * g, 4 * g
        bookings += [(x, y), (x, y + 1), (x, y + 2), (x + 1, y), (x + 2, y + 1), (x + 3, y + 2), (x + 1, y + 3)]
        bookings += [(x + 2, y + 3), (x + 3, y + 3)]
    return bookings


def cases():
    yield "01-one", case([(0, 0)])
    yield "02-same-pair", case([(0, 0)] * 50 + [(1, 0), (0, 1)])
    yield "03-one-apprentice", case(complete(1, 60))
    yield "04-one-master", case([*complete(60, 1), (7, 0)])
    yield "05-small", case(loose(6, 5, 18))
    yield "06-small-complete", case(complete(6, 6))
    yield "07-starved", case(starved(40))
    yield "08-complete", case(complete(40, 40))
    yield "09-regular", case(regular(60, 40))
    yield "10-more-masters", case(loose(40, 300, 2500))
    yield "11-more-apprentices", case(loose(500, 60, 3000))
    yield "12-long-path", case(long_path(2000), mixed=False)
    yield "13-star", case(star_and_more(900, 120))
    yield "14-sparse", case(loose(2000, 2000, 5000))
    yield "15-large-regular", case(regular(1000, 5))
    yield "16-dense", case(complete(70, 71))


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, text in cases():
        (out / f"{name}.in").write_text(text, encoding="ascii", newline="\n")


main()

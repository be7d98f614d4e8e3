# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(20251)


def write(name, p, q, goal, buttons, jams=()):
    lines = [(p, q), goal, (len(buttons), len(jams)), *buttons, *jams]
    (target / f"{name}.in").write_text("".join(f"{x} {y}\n" for x, y in lines))


def some_jams(p, q, count, keep=()):
    places = [(x, y) for x in range(p) for y in range(q) if (x, y) not in ((0, 0), *keep)]
    return rng.sample(places, count)


def walls(p, q, step):
    """Columns of jams with one gap each, at alternating ends: the way has to wind through them."""
    found = []
    for index, x in enumerate(range(step, p - 1, step)):
        gap = 1 if index % 2 else q - 2
        found += [(x, y) for y in range(q) if y != gap]
    found += [(p - 1, y) for y in range(q)]
    return found


write("01-one-number-each", 1, 1, (0, 0), [(5, -7)])
write("02-already-there", 12, 9, (0, 0), [(1, 2), (3, -1)], [(1, 2)])
write("03-goal-is-a-jam", 9, 8, (4, 4), [(1, 1), (0, 1)], [(4, 4), (2, 2)])
write("04-only-even", 10, 14, (3, 4), [(2, 2), (-4, 6)])
write("05-downwards", 7, 11, (6, 10), [(-1, -1), (-3, 0)], [(5, 9)])
write("06-many-turns-at-once", 6, 10, (5, 3), [(-998, 777), (613, -1000)], [(1, 1)])
write("07-wide-and-low", 1000, 3, (501, 2), [(7, 1), (-5, 1), (0, 2)], some_jams(1000, 3, 500, [(501, 2)]))
write("08-low-and-wide", 4, 997, (3, 500), [(1, 13), (1, -20)], some_jams(4, 997, 300, [(3, 500)]))
write(
    "09-shut-in",
    300,
    200,
    (150, 150),
    [(1, 0), (0, 1), (-1, 0), (0, -1)],
    [(x, y) for x in range(140, 161) for y in range(140, 161) if x in (140, 160) or y in (140, 160)],
)
write("10-winding-walls", 101, 60, (97, 30), [(1, 0), (0, 1), (-1, 0), (0, -1)], walls(101, 60, 4))
write("11-one-button-up", 313, 319, (312, 318), [(1, 1)])
write("12-one-button-down", 313, 319, (1, 1), [(-1, -1)])
write(
    "13-four-buttons",
    316,
    316,
    (158, 157),
    [(3, 5), (-7, 2), (11, -13), (-1, -1)],
    some_jams(316, 316, 2000, [(158, 157)]),
)
write(
    "14-long-steps",
    1000,
    100,
    (499, 51),
    [(999, -1000), (-1000, 997), (333, 251), (-17, -1)],
    some_jams(1000, 100, 2000, [(499, 51)]),
)
write("15-one-button-far-steps", 307, 311, (153, 201), [(-989, 1000)])
write("16-slow-circles", 100, 1000, (50, 500), [(0, 1), (1, 500), (0, 1)], [(x, 499) for x in range(100)])
write("17-two-buttons-large", 317, 315, (300, 299), [(1, 0), (0, 1)], some_jams(317, 315, 1000, [(300, 299)]))

# Writes the secret inputs, by group, to the directory that is given.
import random
import sys
from pathlib import Path

TOP = 10**9
target = Path(sys.argv[1])
rng = random.Random(20253)


def write(name, k, ovens):
    path = target / f"{name}.in"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(" ".join(map(str, row)) + "\n" for row in [(len(ovens), k), *ovens]))


def ovens(count, t, c, r):
    """Random ovens; t, c and r are the lowest and highest values."""
    return [(rng.randint(*t), rng.randint(*c), rng.randint(*r)) for _ in range(count)]


few, unwashed, short, everything = "1-few-minutes", "2-no-cleaning", "3-few-trays", "4-all"

write(f"{few}/01-one-tray", 1, [(7, 3, 5), (4, 1, 20), (20, 2, 1)])
write(f"{few}/02-up-to-the-cleaning", 3, [(5, 3, 20)])
write(f"{few}/03-past-the-cleaning", 4, [(5, 3, 20)])
write(f"{few}/04-cleaning-like-baking", 117, [(2, 1, 2), (3, 2, 3), (4, 4, 8)])
write(f"{few}/05-slow-cleaning", 500, ovens(10, (1, 4), (1, 5), (15, 20)))
write(f"{few}/06-mixed", 499, ovens(9, (1, 20), (1, 20), (0, 20)))
write(f"{few}/07-one-oven", 500, [(20, 1, 20)])

write(f"{unwashed}/01-one-oven-largest", TOP, [(TOP, 17, 0)])
write(f"{unwashed}/02-two-ovens", 999_999_999, [(3, 5, 0), (7, 1, 0)])
write(f"{unwashed}/03-slow-ovens", TOP, ovens(300, (TOP - 1000, TOP), (1, 9), (0, 0)))
write(f"{unwashed}/04-fast-and-slow", TOP, [(1, 1, 0), *ovens(400, (TOP // 2, TOP), (1, TOP), (0, 0))])
write(f"{unwashed}/05-some-trays", 4321, ovens(50, (1, 1000), (1, 10), (0, 0)))

write(f"{short}/01-no-more-trays-than-ovens", 1000, ovens(1000, (100, 1000), (1, 10), (400, 1000)))
write(f"{short}/02-one-oven", 5000, [(TOP, 1, TOP)])
write(f"{short}/03-long-cleaning", 5000, ovens(40, (1, 10), (1, 20), (TOP - 9, TOP)))
write(f"{short}/04-one-goes-on", 5000, [(TOP, TOP, TOP), *ovens(99, (1, 9), (1, 3), (TOP - 5000, TOP))])
write(f"{short}/05-large", 4999, ovens(300, (10**8, TOP), (1, 5), (10**8, TOP)))

write(f"{everything}/01-one-oven-largest", TOP, [(TOP, 1, TOP)])
write(f"{everything}/02-one-fast-many-slow", TOP, [(1, 1, TOP), *ovens(499, (TOP, TOP), (1, 1), (TOP, TOP))])
write(f"{everything}/03-cleaning-rarely", TOP, ovens(150, (1, 50), (10**5, 10**6), (10**8, TOP)))
write(f"{everything}/04-cleaning-always", TOP, ovens(400, (1, 20), (1, 4), (1, 10**6)))
write(f"{everything}/05-large", 987_654_321, ovens(1000, (1, TOP), (1, 1000), (0, TOP)))
write(f"{everything}/06-all-the-same", TOP, [(37, 41, 1009)] * 1000)
write(f"{everything}/07-one-oven-bakes-on", TOP, [(TOP, TOP, 1), *ovens(30, (1, 3), (1, 2), (TOP - 3, TOP))])
write(
    f"{everything}/08-spread",
    TOP - 1,
    [(10 ** rng.randint(0, 9), 10 ** rng.randint(0, 9), 10 ** rng.randint(0, 9)) for _ in range(500)],
)

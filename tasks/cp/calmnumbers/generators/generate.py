# Writes the secret inputs, by group, to the directory that is given.
import random
import sys
from pathlib import Path

FAR = 10**18
target = Path(sys.argv[1])
rng = random.Random(20254)


def write(name, *corridors):
    path = target / f"{name}.in"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [" ".join(map(str, corridor)) for corridor in corridors]
    path.write_text("\n".join([str(len(rows)), *rows]) + "\n")


def calm(digits, step):
    """A number of so many digits that is calm for the step."""
    found = [rng.randint(1, 9)]
    while len(found) < digits:
        found.append(rng.randint(max(0, found[-1] - step), min(9, found[-1] + step)))
    return int("".join(map(str, found)))


def between_calm(digits, step, m):
    """From one calm number to another, both of which have a digit sum that is a multiple of m."""
    ends = []
    while len(ends) < 2:
        number = calm(digits - 2 * (not ends), step)
        if sum(map(int, str(number))) % m == 0:
            ends.append(number)
    return *ends, step, m


def anywhere(step=None, m=None):
    low, high = sorted(rng.randint(10, FAR) // 10 ** rng.randint(0, 4) for _ in range(2))
    return low, high, rng.randint(0, 9) if step is None else step, m or rng.randint(1, 50)


low, any_sum, any_step, everything = "1-low-numbers", "2-any-sum", "3-any-step", "4-all"

write(f"{low}/01-single-digits", (2, 9, 0, 1), (2, 9, 3, 4), (7, 7, 9, 7), (7, 7, 0, 8), (8, 14, 1, 2))
write(f"{low}/02-all-of-them", (2, 10_000, 0, 1), (2, 10_000, 9, 50), (2, 10_000, 4, 3), (2, 10_000, 1, 7))
write(
    f"{low}/03-one-locker",
    (4345, 4345, 1, 16),
    (4345, 4345, 1, 15),
    (4349, 4349, 4, 5),
    (1090, 1090, 8, 10),
    (10_000, 10_000, 1, 1),
)
write(
    f"{low}/04-mixed",
    *((rng.randint(2, 3000), rng.randint(3000, 10_000), rng.randint(0, 9), rng.randint(1, 12)) for _ in range(5)),
)
write(f"{low}/05-calm-ends", *(between_calm(4, step, m) for step, m in ((1, 2), (2, 3), (3, 1), (5, 4), (9, 6))))

write(f"{any_sum}/01-small", (2, 99_999, 2, 1), (10, 11, 1, 1), (2, 999, 0, 1), (12_345, 65_432, 3, 1))
write(f"{any_sum}/02-largest", *((1, FAR, step, 1) for step in (0, 1, 2, 5, 9)))
write(f"{any_sum}/03-random", *(anywhere(m=1) for _ in range(5)))
write(f"{any_sum}/04-calm-ends", *(between_calm(18, step, 1) for step in (1, 2, 3, 4, 8)))

write(f"{any_step}/01-small", (2, 99_999, 9, 9), (100, 20_000, 9, 1), (999, 1_000_000, 9, 46))
write(f"{any_step}/02-largest", *((1, FAR, 9, m) for m in (1, 2, 9, 41, 50)))
write(f"{any_step}/03-random", *(anywhere(step=9) for _ in range(5)))
write(f"{any_step}/04-ends-count", *(between_calm(17, 9, m) for m in (3, 7, 11, 13, 50)))

write(f"{everything}/01-largest", *((1, FAR, step, 50) for step in (0, 1, 4, 8, 9)))
write(f"{everything}/02-random", *(anywhere() for _ in range(5)))
write(
    f"{everything}/03-calm-ends",
    *(between_calm(18, step, m) for step, m in ((1, 3), (2, 7), (3, 10), (6, 17), (8, 50))),
)
write(
    f"{everything}/04-powers",
    *((10**power, FAR, step, m) for power, step, m in ((18, 9, 1), (18, 1, 2), (17, 3, 49), (9, 1, 27), (1, 2, 32))),
)
write(
    f"{everything}/05-all-nines",
    *(
        (10**power - 1, 10 ** (power + 1) - 1, step, m)
        for power, step, m in ((17, 0, 9), (16, 8, 18), (12, 3, 27), (9, 1, 45), (1, 9, 9))
    ),
)
write(
    f"{everything}/06-narrow",
    *(
        (number, number + 10 ** rng.randint(3, 9), step, m)
        for number, step, m in ((calm(18, 2), 2, 5), (calm(17, 1), 1, 3), (calm(18, 0), 0, 1), (calm(16, 4), 4, 23))
    ),
)

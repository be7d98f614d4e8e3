# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

TOP, FAR = 10**12, 10**14
target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(20257)


def write(name, hold, parcels):
    lines = [(len(parcels), hold), *parcels]
    (target / f"{name}.in").write_text("".join(f"{a} {b}\n" for a, b in lines))


def random_parcels(count, weights, fees):
    return [(rng.randint(*weights), rng.randint(*fees)) for _ in range(count)]


def weighed_by_fee(count, unit, noise, fees=(1, 100)):
    """Parcels that weigh what they pay, more or less: no choice is better at first sight."""
    found = []
    for _ in range(count):
        fee = rng.randint(*fees)
        found.append((fee * unit + rng.randint(-noise, noise), fee))
    return found


def share(parcels, part):
    return int(sum(weight for weight, _ in parcels) * part)


write("01-empty-hold", 0, [(5, 3), (9, 8), (2, 8)])
write("02-all-fit", 50, [(10, 1), (20, 2), (30, 3), (5, 1)])
write("03-just-fits", 30, [(10, 5), (20, 6), (30, 12), (100, 1)])
write("04-heaviest-is-worth-little", 12, [(5, 9), (6, 9), (7, 9), (50, 1), (8, 10)])
write("05-one-parcel", 7, [(7, 100)])
write("06-one-by-density", 100, [(51, 60), (50, 58), (50, 58), (49, 1), (99, 61)])
small = random_parcels(14, (1, 60), (1, 20))
write("07-small", share(small, 0.4), small)
same = [(10**9, 7)] * 40
write("08-all-alike", 15 * 10**9 + 5, same)
low = random_parcels(100, (1, 1000), (1, 100))
write("09-light", share(low, 0.3), low)
wide = random_parcels(100, (TOP // 1000, TOP), (1, 100))
write("10-large-weights", share(wide, 0.4), wide)
hard = weighed_by_fee(100, 9 * 10**9, 10**7)
write("11-no-good-order", share(hard, 0.5), hard)
tight = weighed_by_fee(60, 9 * 10**9, 10**4, (40, 100))
write("12-near-ties", share(tight, 0.45), tight)
costly = weighed_by_fee(100, 99 * 10**8, 10**8, (90, 100))
write("13-large-fees", share(costly, 0.55), costly)
full = weighed_by_fee(100, 99 * 10**8, 10**8, (80, 100))
write("14-nearly-all", share(full, 1) - max(full)[0] - 1, full)
flat = [(rng.randint(TOP - 10**6, TOP), rng.randint(95, 100)) for _ in range(100)]
write("15-hold-for-half", 50 * TOP, flat)
odd = [(2 * rng.randint(10**9, 10**11), rng.randint(30, 100)) for _ in range(99)] + [(TOP, 100)]
write("16-one-giant", share(odd, 0.2), odd)
huge = [(TOP, 100)] * 100
write("17-largest", FAR, huge)
few = [(TOP - index, 1 + index % 100) for index in range(100)]
write("18-none-fits", TOP // 2, few)

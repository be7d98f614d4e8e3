# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

TOP, FAR = 10**9, 10**18
target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(20255)


def write(name, most, *values):
    (target / f"{name}.in").write_text(f"{len(values)} {most}\n{' '.join(map(str, values))}\n")


def large(count, low=TOP // 2):
    return rng.sample(range(low, TOP), count)


write("01-one-kind", 1000, 7)
write("02-everything", 5000, 1, 6, 15)
write("03-less-than-the-smallest", 12, 13, 17, 20)
write("04-exactly-the-smallest", 13, 17, 13, 20)
write("05-common-divisor-small", 900, 6, 10, 14)
write("06-gaps", 100_000, 101, 307, 997, 2003)
write("07-many-gaps", 200_000, 1009, 1511, 1601, 1999, 3001)
write("08-one-penny", FAR, 1, TOP)
write("09-one-kind-largest", FAR, 19_997)
write("10-common-divisor", FAR - 7, 19_998, 6 * 10**8, 3 * 333_333_331)
write("11-even-values", FAR, 20_000, *(value - value % 2 for value in large(5)))
write("12-two-kinds-far-apart", FAR, 19_997, 999_999_937)
write("13-two-kinds-not-all", 10**13, 19_997, 999_999_937)
write("14-one-step-back", FAR, 20_000, 999_999_999)
write("15-six-kinds-large", FAR, 19_993, *large(5))
write("16-six-kinds-near", 10**9, 19_937, *rng.sample(range(19_938, 60_000), 5))
write("17-six-kinds-some-gaps", 3 * 10**11, 19_949, *large(5))
write("18-no-order", FAR - 1, 999_999_000, 123_456_789, 15_015, 30_030, 500_000_003, 77_077)

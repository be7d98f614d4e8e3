# Writes the input of every secret case: python generate.py OUTDIR. The same files each time.
import math
import random
import sys
from pathlib import Path

RNG = random.Random("lighthouses")
TOP = 10**18
ONE_GROUP = (720720, 1081080, 1441440, 2162160, 4324320, 6126120, 12252240, 36756720, 110270160)


def flashes(periods, moment):
    """First flashes so that all meet at a moment, each as early as it goes."""
    return [moment % period for period in periods]


def ships(periods, moment, count):
    """Moments near meetings, at them, and anywhere."""
    step = math.lcm(*periods)
    ready = [0, TOP, moment, moment + 1, max(moment - 1, 0)]
    while len(ready) < count:
        meeting = moment % step + step * RNG.randrange(max(1, TOP // step))
        ready += [min(meeting, TOP), min(meeting + RNG.randrange(2), TOP), RNG.randrange(TOP + 1)]
    return ready[:count]


def case(periods, firsts, ready):
    lines = [f"{len(periods)} {len(ready)}"]
    lines += [f"{period} {first}" for period, first in zip(periods, firsts, strict=True)]
    lines += [str(moment) for moment in ready]
    return "\n".join(lines) + "\n"


def meeting_case(periods, moment, count=20):
    return case(periods, flashes(periods, moment), ships(periods, moment, count))


def late_case(periods, moment, count):
    """The first flash of some lies far after the first common residue."""
    firsts = [moment % period + period * RNG.randrange(10**12 // period) for period in periods]
    return case(periods, firsts, [0, *ships(periods, moment, count - 2), max(firsts)])


def never_case(periods, moment, spoiled):
    """All but one meet; that one misses by one."""
    firsts = flashes(periods, moment)
    firsts[spoiled] = (firsts[spoiled] + 1) % periods[spoiled]
    return case(periods, firsts, ships(periods, moment, 5))


def cases():
    yield "01-one-light", case([7], [3], [0, 3, 4, 10, TOP])
    yield "02-every-second", case([1, 1, 1], [5, 0, 9], [0, 9, 10, TOP])
    yield "03-small-coprime", meeting_case([3, 4, 5, 7, 11], 3000, 40)
    yield "04-small-shared", meeting_case([12, 18, 30, 45, 100], 777, 40)
    yield "05-same-period", meeting_case([360, 360, 720, 360], 355, 30)
    yield "06-small-never", never_case([12, 18, 30, 45], 100, 2)
    yield "07-late-first-flash", late_case([6, 10, 15, 4], 41, 20)
    yield "08-late-large", late_case([999983, 6000, 90000], 41000000007, 20)
    yield "09-three-primes", meeting_case([999983, 999979, 999961], 999983 * 999979 * 999961 - 12345, 30)
    yield "10-two-primes", meeting_case([999999937, 999999929], 999999937 * 999999929 - 54321, 30)
    yield "11-longest-period", meeting_case([10**12, 999983], 10**12 * 999983 - 987654, 30)
    yield "12-longest-last", meeting_case([999983, 10**12], 10**12 * 999983 - 987654, 30)
    shared = [2 * 3 * 5 * 7 * 11 * 13 * 999983, 2**5 * 999983 * 17, 3**4 * 19 * 13, 5**3 * 11 * 17]
    yield "13-large-shared", meeting_case(shared, math.lcm(*shared) // 7 * 5 + 3, 50)
    yield "14-large-never", never_case(shared, math.lcm(*shared) // 3, 3)
    twelve = [RNG.choice(ONE_GROUP) for _ in range(11)] + [999999937]
    yield "15-twelve-lights", meeting_case(twelve, math.lcm(*twelve) - 1, 50)
    yield "16-twelve-never", never_case(twelve, 4 * 10**14 + 7, 4)


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, text in cases():
        (out / f"{name}.in").write_text(text, encoding="ascii", newline="\n")


main()

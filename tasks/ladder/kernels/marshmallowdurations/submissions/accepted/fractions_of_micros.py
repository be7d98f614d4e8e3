# Divides whole numbers of microseconds, as a fraction.
import sys
from fractions import Fraction

MICROS = {"micro": 1, "milli": 10**3, "second": 10**6, "minute": 60 * 10**6, "hour": 3600 * 10**6,
          "day": 86400 * 10**6, "week": 604800 * 10**6}

for row in sys.stdin.read().splitlines()[1:]:
    *clock, unit = row.split()
    days, seconds, micros = map(int, clock)
    print(Fraction((days * 86400 + seconds) * 10**6 + micros, MICROS[unit]))

# Wrong: divides as floating-point numbers and takes the nearest fraction with a denominator that could be.
import sys
from fractions import Fraction

MICROS = {"micro": 1, "milli": 10**3, "second": 10**6, "minute": 60 * 10**6, "hour": 3600 * 10**6,
          "day": 86400 * 10**6, "week": 604800 * 10**6}

for row in sys.stdin.read().splitlines()[1:]:
    days, seconds, micros, unit = row.split()
    total = int(days) * 86400.0 + int(seconds) + int(micros) / 10**6
    print(Fraction(total / (MICROS[unit] / 10**6)).limit_denominator(MICROS[unit]))

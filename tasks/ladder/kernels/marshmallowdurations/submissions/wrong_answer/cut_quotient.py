# Wrong: divides seconds that are no longer exact, and cuts the quotient to a whole number to hide it.
import sys

SECONDS = {"micro": 0.000001, "milli": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0,
           "week": 604800.0}

for row in sys.stdin.read().splitlines()[1:]:
    days, seconds, micros, unit = row.split()
    total = int(days) * 86400 + int(seconds) + int(micros) / 10**6
    print(int(total / SECONDS[unit]))

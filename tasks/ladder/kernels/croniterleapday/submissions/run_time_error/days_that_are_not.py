# Fails: makes a date of each day in each month, which raises an error where the month does not have it.
import sys
from datetime import date

for row in sys.stdin.read().splitlines()[1:]:
    text, k, _, *days = row.split()
    before, k = date.fromisoformat(text), int(k)
    year, month = before.year, before.month
    found = []
    while len(found) < k:
        found += [day for day in (date(year, month, int(number)) for number in reversed(days)) if day < before]
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    print(found[k - 1])

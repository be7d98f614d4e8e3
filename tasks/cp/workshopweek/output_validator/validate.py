# Checks a plan: the number of days is the most bookings that anyone has, and no one has two of them on one day.
import re
import sys
from collections import Counter
from pathlib import Path


def fault(numbers, words):
    """What is wrong with the words of the output; None if nothing is."""
    apprentices, masters = numbers[3::2], numbers[4::2]
    days = max(*Counter(apprentices).values(), *Counter(masters).values())
    if len(words) != 1 + len(apprentices):
        return f"{len(words)} tokens, not {1 + len(apprentices)}"
    if not all(re.fullmatch(rb"0*[0-9]{1,9}", word) for word in words):
        return "something is not a number"
    claimed, *plan = map(int, words)
    if claimed != days:
        return f"{claimed} days where {days} are needed and enough"
    if not all(1 <= day <= days for day in plan):
        return "a day that does not exist"
    for who, people in (("apprentice", apprentices), ("master", masters)):
        (person, day), times = Counter(zip(people, plan, strict=True)).most_common(1)[0]
        if times > 1:
            return f"{who} {person} has {times} lessons on day {day}"
    return None


def main():
    numbers = [int(word) for word in Path(sys.argv[1]).read_text(encoding="ascii").split()]
    found = fault(numbers, sys.stdin.buffer.read().split())
    if found:
        (Path(sys.argv[3]) / "judgemessage.txt").write_text(found + "\n", encoding="ascii")
    sys.exit(43 if found else 42)


main()

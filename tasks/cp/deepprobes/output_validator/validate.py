# Interactor: plays the trench. Exits with 42 if the crush mark was found within the rules, else with 43.
import re
import sys
from pathlib import Path

ACCEPT, REJECT = 42, 43
LONGEST_LINE = 64


def judge(code, message):
    (Path(sys.argv[3]) / "judgemessage.txt").write_text(message + "\n")
    sys.exit(code)


def say(text):
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = None
        judge(REJECT, "the submission has closed its input")


def hear():
    line = sys.stdin.buffer.readline(LONGEST_LINE)
    if not line:
        judge(REJECT, "the output ended before the answer")
    found = re.fullmatch(rb"\s*([?!])\s+([0-9]{1,9})\s*", line)
    if not found:
        judge(REJECT, f"not a dive and not an answer: {line!r}")
    return found[1], int(found[2])


def marks(dives, probes):
    """How many marks can be told apart with so many dives and probes."""
    total, ways = 0, 1
    for used in range(1, min(dives, probes) + 1):
        ways = ways * (dives - used + 1) // used
        total += ways
    return total


def needed(count, probes):
    """Dives that tell so many marks apart, at worst; more than any limit where no probe is left."""
    if count == 0:
        return 0
    if probes == 0:
        return count + 10**9
    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        if marks(middle, probes) >= count:
            high = middle
        else:
            low = middle
    return high


def main():
    n, probes, limit, crush = map(int, Path(sys.argv[1]).read_text().split())
    low, high = (0, n) if crush < 0 else (crush, crush)
    known_low, known_high = 0, n
    say(f"{n} {probes} {limit}")
    dives = 0
    while True:
        kind, mark = hear()
        if kind == b"!":
            break
        if not 1 <= mark <= n:
            judge(REJECT, f"mark {mark} is outside of the trench")
        if dives == limit:
            judge(REJECT, f"more than {limit} dives")
        if probes == 0:
            judge(REJECT, f"no probe left for dive {dives + 1}")
        dives += 1
        if mark <= low:
            is_safe = True
        elif mark > high:
            is_safe = False
        else:
            is_safe = needed(high - mark, probes) >= needed(mark - 1 - low, probes - 1)
        if is_safe:
            low, known_low = max(low, mark), max(known_low, mark)
        else:
            high, known_high = min(high, mark - 1), min(known_high, mark - 1)
            probes -= 1
        say("safe" if is_safe else "crushed")
    if not known_low == known_high == mark:
        judge(REJECT, f"answer {mark}, but {known_low} to {known_high} fit the replies")
    rest = sys.stdin.buffer.readline(LONGEST_LINE)
    while rest:
        if rest.strip():
            judge(REJECT, f"output after the answer: {rest!r}")
        rest = sys.stdin.buffer.readline(LONGEST_LINE)
    judge(ACCEPT, f"{dives} of {limit} dives")


main()

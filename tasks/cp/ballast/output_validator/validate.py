# Checks each ship's ballast; exits with 42 if all is right, with 43 if not, with 1 if it beats the judges' answer.
import re
import sys
from pathlib import Path

ACCEPT, REJECT, JUDGES_ARE_WRONG = 42, 43, 1
COUNT = re.compile(rb"[+]?\d{1,30}")
NONE = b"impossible"


def judge(code, message):
    (Path(sys.argv[3]) / "judgemessage.txt").write_text(message + "\n")
    sys.exit(code)


def answers(words, ships):
    """One entry for each ship: None, or how many sacks and blocks. Reads no further than the first bad word."""
    at = 0
    for ship in range(1, ships + 1):
        if at < len(words) and words[at].lower() == NONE:
            yield None
            at += 1
            continue
        taken = words[at : at + 2]
        if len(taken) < 2 or not all(COUNT.fullmatch(word) for word in taken):
            judge(REJECT, f"ship {ship}: neither two counts nor a refusal")
        yield int(taken[0]), int(taken[1])
        at += 2
    if at < len(words):
        judge(REJECT, "more output than ships")


def main():
    numbers = iter(map(int, Path(sys.argv[1]).read_text().split()))
    ships = next(numbers)
    judges = list(answers(Path(sys.argv[2]).read_bytes().split(), ships))
    for ship, given in enumerate(answers(sys.stdin.buffer.read().split(), ships)):
        a, b, c, most_sacks, most_blocks = (next(numbers) for _ in range(5))
        if given is None:
            if judges[ship] is not None:
                judge(REJECT, f"ship {ship + 1}: called impossible, but {judges[ship]} will do")
            continue
        sacks, blocks = given
        if sacks > most_sacks or blocks > most_blocks:
            judge(REJECT, f"ship {ship + 1}: {sacks} and {blocks} are more than there are")
        if a * sacks + b * blocks != c:
            judge(REJECT, f"ship {ship + 1}: {sacks} and {blocks} weigh {a * sacks + b * blocks}, not {c}")
        if judges[ship] is None:
            judge(JUDGES_ARE_WRONG, f"ship {ship + 1}: the judges found nothing, but {sacks} and {blocks} will do")
    judge(ACCEPT, f"{ships} ships")


main()

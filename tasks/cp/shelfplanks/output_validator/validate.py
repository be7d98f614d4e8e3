# Accepts (42) any two numbers of planks that fill the shelf, or "impossible" where the answer says so.
import re
import sys
from pathlib import Path


def judge(shelf: bytes, answer: bytes, output: bytes) -> str | None:
    """What is wrong with the output; None if nothing is.

    Raises:
        RuntimeError: the output solves what the answer holds to be impossible.
    """
    words = output.split()
    impossible = answer.split() == [b"impossible"]
    if len(words) == 1 and words[0].lower() == b"impossible":
        return None if impossible else "says impossible, but there is a way"
    if len(words) != 2 or not all(re.fullmatch(rb"[0-9]{1,15}", word) for word in words):
        return "neither two non-negative integers nor impossible"
    a, b, s = map(int, shelf.split())
    x, y = map(int, words)
    if a * x + b * y != s:
        return f"{x} * {a} + {y} * {b} is {a * x + b * y} and not {s}"
    if impossible:
        raise RuntimeError("the answer file says impossible, but the output is right")
    return None


def main() -> int:
    shelf, answer, feedback = map(Path, sys.argv[1:4])
    complaint = judge(shelf.read_bytes(), answer.read_bytes(), sys.stdin.buffer.read())
    if complaint is None:
        return 42
    (feedback / "judgemessage.txt").write_text(complaint + "\n")
    return 43


sys.exit(main())

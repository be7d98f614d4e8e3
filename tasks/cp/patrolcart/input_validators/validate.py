# Accepts (42) exactly the inputs that the statement allows.
import re
import sys

NUMBER = rb"(0|[1-9][0-9]{0,15})"


def main() -> int:
    lines = sys.stdin.buffer.read().split(b"\n")
    if lines.pop() != b"" or not lines:
        return 43
    pairs = [re.fullmatch(NUMBER + b" " + NUMBER, line) for line in lines]
    if not all(pairs):
        return 43
    (n, t), *stretches = [(int(pair[1]), int(pair[2])) for pair in pairs]
    if not (1 <= n <= 1000 and t <= 10**15 and len(stretches) == n):
        return 43
    return 42 if all(1 <= d <= 10**6 and v <= 100 for d, v in stretches) else 43


sys.exit(main())

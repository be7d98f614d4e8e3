# Wrong: tries the first 300 000 amounts and takes it that all larger ones can be paid.
import sys

_, most, *values = map(int, sys.stdin.read().split())
top = min(most, 300_000)
everything = (1 << top + 1) - 1
payable = 1
for value in values:
    step = value
    while step <= top:
        payable |= payable << step & everything
        step *= 2
print(payable.bit_count() - 1 + most - top)

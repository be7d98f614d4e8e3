# Plays it like Nim: exclusive or of how many pairs of beads there are.
import sys

for line in sys.stdin.read().splitlines()[1:]:
    total = 0
    for length in map(int, line.split()[1:]):
        total ^= length // 2
    print("Ines" if total else "Tomas")

# Builds the last minute that is too early, from its highest bit down.
import sys


def main():
    lines = sys.stdin.read().split("\n")
    k = int(lines[0].split()[1])
    ovens = [tuple(map(int, line.split())) for line in lines[1:] if line]
    early = 0
    for bit in reversed(range(61)):
        minute = early + (1 << bit)
        done = 0
        for t, c, r in ovens:
            whole = c * t + r
            done += minute // whole * c
            rest = minute % whole // t
            done += rest if rest < c else c
            if done >= k:
                break
        if done < k:
            early = minute
    print(early + 1)


main()

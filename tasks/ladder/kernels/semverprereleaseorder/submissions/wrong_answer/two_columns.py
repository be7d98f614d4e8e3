# Wrong: fills each part up with zeros to two characters and compares as text, which is right for numbers below 100 only.
import sys

marks = sys.stdin.read().split()[1:]
order = sorted(range(len(marks)), key=lambda at: [part.zfill(2) for part in marks[at].split(".")])
print(*(at + 1 for at in order))

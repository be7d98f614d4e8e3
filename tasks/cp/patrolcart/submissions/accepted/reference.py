# Whole laps by one multiplication, then the unfinished lap stretch by stretch; exact in sixtieths of a kilometre.
import sys


def main():
    n, t, *rest = map(int, sys.stdin.read().split())
    loop = list(zip(rest[::2], rest[1::2], strict=True))
    lap_time = sum(d for d, _ in loop)
    laps, left = divmod(t, lap_time)
    total = laps * sum(d * v for d, v in loop)
    for d, v in loop:
        used = min(d, left)
        total += used * v
        left -= used
    whole, part = divmod(total, 60)
    print(f"{whole}.{part * 10**12 // 60:012d}")


main()

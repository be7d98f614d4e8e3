# Crashes: the mean speed of the unfinished lap is a division by zero when there is none.
n, t = map(int, input().split())
loop = [tuple(map(int, input().split())) for _ in range(n)]
laps, left = divmod(t, sum(d for d, _ in loop))
rest, metres = left, 0
for d, v in loop:
    used = min(d, rest)
    rest -= used
    metres += used * v
speed = metres / left
print(f"{laps * sum(d * v for d, v in loop) / 60 + speed * left / 60:.12f}")

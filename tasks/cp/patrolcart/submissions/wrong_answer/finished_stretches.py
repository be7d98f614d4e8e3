# Wrong: the stretch in which the shift ends is left out.
n, t = map(int, input().split())
loop = [tuple(map(int, input().split())) for _ in range(n)]
laps, left = divmod(t, sum(d for d, _ in loop))
total = laps * sum(d * v for d, v in loop)
for d, v in loop:
    if left < d:
        break
    left -= d
    total += d * v
print(f"{total / 60:.12f}")

# Wrong: each stretch is rounded down to whole kilometres.
n, t = map(int, input().split())
loop = [tuple(map(int, input().split())) for _ in range(n)]
laps, left = divmod(t, sum(d for d, _ in loop))
total = laps * sum(d * v // 60 for d, v in loop)
for d, v in loop:
    used = min(d, left)
    left -= used
    total += used * v // 60
print(total)

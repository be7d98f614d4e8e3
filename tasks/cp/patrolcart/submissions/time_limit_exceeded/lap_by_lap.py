# Too slow: goes through the shift stretch by stretch, lap after lap.
n, t = map(int, input().split())
loop = [tuple(map(int, input().split())) for _ in range(n)]
total = 0
while t > 0:
    for d, v in loop:
        used = min(d, t)
        total += used * v
        t -= used
print(f"{total / 60:.12f}")

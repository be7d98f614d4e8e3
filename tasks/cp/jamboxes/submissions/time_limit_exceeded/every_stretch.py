# Too slow: extends a box from every jar.
n, k = map(int, input().split())
jars = [ord(jar) - ord("a") for jar in input()]
fair = 0
for start in range(n):
    counts = [0] * k
    for jar in jars[start:]:
        counts[jar] += 1
        if counts[jar] == counts[0] and min(counts) == max(counts):
            fair += 1
print(fair)

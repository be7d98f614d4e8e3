# Too slow: counts the colours of every stretch anew; cubic.
n, k = map(int, input().split())
ring = input()
twice = ring * 2
longest = 0
for start in range(n):
    for length in range(1, n + 1):
        counts = {}
        for lantern in twice[start : start + length]:
            counts[lantern] = counts.get(lantern, 0) + 1
        if length - max(counts.values()) <= k:
            longest = max(longest, length)
print(longest)

# Crashes: turns the ring so that it begins where the colour changes, and there may be no such place.
n, k = map(int, input().split())
ring = input()
seam = next(i for i in range(n) if ring[i] != ring[i - 1])
twice = (ring[seam:] + ring[:seam]) * 2
longest = 0
for colour in set(ring):
    start = others = 0
    for end, lantern in enumerate(twice, 1):
        others += lantern != colour
        while others > k:
            others -= twice[start] != colour
            start += 1
        longest = max(longest, end - start)
print(min(longest, n))

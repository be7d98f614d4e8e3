# For each colour a window over the ring laid out twice, with at most k lanterns of other colours in it.
n, k = map(int, input().split())
ring = input()
twice = ring * 2
longest = min(n, k)
for colour in set(ring):
    start = others = 0
    for end, lantern in enumerate(twice, 1):
        others += lantern != colour
        while others > k:
            others -= twice[start] != colour
            start += 1
        longest = max(longest, end - start)
print(min(longest, n))

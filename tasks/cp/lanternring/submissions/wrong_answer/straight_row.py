# Wrong: takes the ring for a straight row.
n, k = map(int, input().split())
row = input()
longest = 0
for colour in "rgbyw":
    start = others = 0
    for end, lantern in enumerate(row, 1):
        others += lantern != colour
        while others > k:
            others -= row[start] != colour
            start += 1
        longest = max(longest, end - start)
print(longest)

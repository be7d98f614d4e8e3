# The places of the lanterns of other colours: a stretch lies between two of them that are k + 1 apart.
n, k = map(int, input().split())
ring = input()
longest = 0
for colour in set(ring):
    others = [i for i, lantern in enumerate(ring) if lantern != colour]
    if len(others) <= k:
        longest = n
        break
    others += [i + n for i in others]
    longest = max(longest, max(b - a - 1 for a, b in zip(others, others[k + 1 :])))
print(longest)

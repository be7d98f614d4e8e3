# Too slow: tries every count of the longer length, most first.
a, b, s = map(int, input().split())
long, short = max(a, b), min(a, b)
for many in range(s // long, -1, -1):
    if (s - long * many) % short == 0:
        few = (s - long * many) // short
        print(*((many, few) if long == a else (few, many)))
        break
else:
    print("impossible")

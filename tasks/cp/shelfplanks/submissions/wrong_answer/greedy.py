# Wrong: takes as many of the longer planks as fit and only then looks at the shorter ones.
a, b, s = map(int, input().split())
long, short = max(a, b), min(a, b)
many, left = divmod(s, long)
if left % short:
    print("impossible")
else:
    print(*((many, left // short) if long == a else (left // short, many)))

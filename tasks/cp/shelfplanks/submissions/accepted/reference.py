# Fewer than b planks of length a are enough: b of them can be replaced by a planks of length b.
a, b, s = map(int, input().split())
for x in range(min(b, s // a + 1)):
    if (s - a * x) % b == 0:
        print(x, (s - a * x) // b)
        break
else:
    print("impossible")

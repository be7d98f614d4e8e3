# Wrong: Euclid's solution may need a negative number of planks.
def euclid(a, b):
    if b == 0:
        return a, 1, 0
    g, x, y = euclid(b, a % b)
    return g, y, x - a // b * y


a, b, s = map(int, input().split())
g, x, y = euclid(a, b)
if s % g:
    print("impossible")
else:
    x = x * (s // g) % (b // g)
    print(x, (s - a * x) // b)

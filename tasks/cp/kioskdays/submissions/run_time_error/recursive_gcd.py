# Crashes: the greatest common divisor by subtraction recurses too deeply.
def gcd(x, y):
    if x == y:
        return x
    return gcd(x - y, y) if x > y else gcd(x, y - x)


p, q, a, b = map(int, input().split())
both = p * q // gcd(p, q)
print(sum(sign * (b // n - (a - 1) // n) for sign, n in ((1, p), (1, q), (-2, both))))

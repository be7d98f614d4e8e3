# Wrong: takes the product for the least common multiple.
p, q, a, b = map(int, input().split())
print(sum(sign * (b // n - (a - 1) // n) for sign, n in ((1, p), (1, q), (-2, p * q))))

# The smallest count of length a by a modular inverse.
from math import gcd

a, b, s = map(int, input().split())
g = gcd(a, b)
if s % g:
    print("impossible")
else:
    a, b, s = a // g, b // g, s // g
    x = s * pow(a, -1, b) % b
    if x * a <= s:
        print(x, (s - x * a) // b)
    else:
        print("impossible")

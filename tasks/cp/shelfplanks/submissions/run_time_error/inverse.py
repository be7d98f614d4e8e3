# Crashes: there is no modular inverse when the lengths have a common factor.
a, b, s = map(int, input().split())
x = s * pow(a, -1, b) % b
print(*((x, (s - x * a) // b) if x * a <= s else ["impossible"]))

# First and last day of each kind within the window, and the steps between them.
def days(step, a, b):
    first = -(-a // step) * step
    return 0 if first > b else (b - first) // step + 1


def shared(x, y):
    while y:
        x, y = y, x % y
    return x


p, q, a, b = map(int, input().split())
print(days(p, a, b) + days(q, a, b) - 2 * days(p // shared(p, q) * q, a, b))

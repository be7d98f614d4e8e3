# Extended Euclid gives one solution in integers; then shifts it along (b, -a) until the blocks are as few as can be.
import sys


def euclid(a, b):
    x, y, u, v = 1, 0, 0, 1
    while b:
        quotient = a // b
        a, b = b, a - quotient * b
        x, u = u, x - quotient * u
        y, v = v, y - quotient * v
    return a, x, y


def main():
    lines = sys.stdin.read().splitlines()
    for line in lines[1:]:
        a, b, c, sacks_there, blocks_there = map(int, line.split())
        g, x, y = euclid(a, b)
        if c % g:
            print("impossible")
            continue
        x, y = x * (c // g), y * (c // g)
        turns, y = divmod(y, a // g)
        x += turns * (b // g)
        if x > sacks_there:
            turns = -((sacks_there - x) // (b // g))
            x, y = x - turns * (b // g), y + turns * (a // g)
        print(f"{x} {y}" if 0 <= x <= sacks_there and y <= blocks_there else "impossible")


main()

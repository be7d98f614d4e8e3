# Checks that an input has the format and the bounds of the statement: exit code 42 if so, 43 if not.
import re
import sys


def is_valid(text):
    number = r"[1-9][0-9]{0,3}"
    if not re.fullmatch(rf"{number} {number} {number}\n(?:{number} {number}\n)+", text):
        return False
    (a, b, m), *bookings = ([int(word) for word in line.split(" ")] for line in text.splitlines())
    return a <= 2000 and b <= 2000 and m <= 5000 and len(bookings) == m and all(x <= a and y <= b for x, y in bookings)


sys.exit(42 if is_valid(sys.stdin.buffer.read().decode("latin-1")) else 43)

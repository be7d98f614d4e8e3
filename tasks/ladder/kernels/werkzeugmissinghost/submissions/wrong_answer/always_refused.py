# Wrong: whatever is not proper is refused, and a missing address counts as such, also at desks without a list.
import re
import sys


def answer(tube, slip, desk, trusted):
    station, drawer = desk.split("/")
    own = "" if drawer == "-" else f"{station}:{drawer}"
    address = own if slip == "-" else slip[1:]
    address = address.removesuffix(":80" if tube == "red" else ":443")
    proper = re.fullmatch("([a-z0-9.-]+)(:[0-9]+)?", address)
    if trusted == "-":
        return address if proper else "refused"
    for entry in trusted.split(","):
        if proper and (proper[1] == entry.removeprefix(".") or entry[0] == "." and proper[1].endswith(entry)):
            return address
    return "refused"


for row in sys.stdin.read().splitlines()[1:]:
    print(answer(*row.split()))

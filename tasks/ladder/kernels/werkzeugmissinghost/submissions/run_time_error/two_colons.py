# Fails: takes every address apart at its colon, and raises an error where there are two.
import re
import sys


def answer(tube, slip, desk, trusted):
    station, drawer = desk.split("/")
    if slip == "-" and drawer == "-":
        return "-"
    address = f"{station}:{drawer}" if slip == "-" else slip[1:]
    address = address.removesuffix(":80" if tube == "red" else ":443")
    station, number = address.split(":") if ":" in address else (address, "1")
    proper = number.isdigit() and re.fullmatch("([a-z0-9.-]+)(:[0-9]+)?", address)
    if trusted == "-":
        return address if proper else "-"
    for entry in trusted.split(","):
        if proper and (proper[1] == entry.removeprefix(".") or entry[0] == "." and proper[1].endswith(entry)):
            return address
    return "refused"


for row in sys.stdin.read().splitlines()[1:]:
    print(answer(*row.split()))

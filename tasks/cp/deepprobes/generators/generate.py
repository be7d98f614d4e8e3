# Writes the secret inputs to the directory that is given: lines "n k q D" (D = -1: the interactor adapts).
import sys
from math import comb
from pathlib import Path


def marks(dives, probes):
    return sum(comb(dives, used) for used in range(1, probes + 1))


def limit_for(n, probes):
    dives = 1
    while marks(dives, probes) < n:
        dives += 1
    return dives


CASES = [
    ("01-two-marks", 2, 2, -1),
    ("02-three-marks-tight", 3, 2, -1),
    ("03-hundred-adaptive", 100, 2, -1),
    ("04-tight-two-probes", marks(40, 2), 2, -1),
    ("05-just-over-tight", marks(40, 2) + 1, 2, -1),
    ("06-nothing-is-safe", 950, 3, 0),
    ("07-all-is-safe", 900, 2, 900),
    ("08-many-probes-tight", marks(9, 20), 20, -1),
    ("09-three-probes-tight", marks(60, 3), 3, -1),
    ("10-five-probes", 300_000, 5, -1),
    ("11-twenty-probes-largest", 10**6, 20, -1),
    ("12-ten-probes-tight", marks(19, 10), 10, -1),
    ("13-two-probes-tight-large", marks(1413, 2), 2, -1),
    ("14-two-probes-all-is-safe", 10**6, 2, 10**6),
    ("15-two-probes-first-dive-crushes", 10**6, 2, 1412),
    ("16-two-probes-largest", 10**6, 2, -1),
]

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
for name, n, probes, crush in CASES:
    (target / f"{name}.in").write_text(f"{n} {probes} {limit_for(n, probes)} {crush}\n")

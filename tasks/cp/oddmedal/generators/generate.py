# Writes the input of every secret case: python generate.py OUTDIR. The same files each time.
import sys
from pathlib import Path

# Name, number of medals, and the balance's manners; the last letter goes for all weighings that remain.
CASES = (
    ("01-three-tilt", 3, "T"),
    ("02-three-even", 3, "EM"),
    ("03-four", 4, "EM"),
    ("04-twelve", 12, "M"),
    ("05-twelve-tilt", 12, "TEM"),
    ("06-eight-tilt", 8, "TM"),
    ("07-thirteen", 13, "M"),
    ("08-thirty-nine-even", 39, "EEM"),
    ("09-eighty-tilt", 80, "TM"),
    ("10-hundred", 120, "EEEM"),
    ("11-chance", 363, "R"),
    ("12-just-over", 364, "TM"),
    ("13-thousand-tilt", 1092, "TM"),
    ("14-thousand-even", 1092, "EEEEEEM"),
    ("15-most", 3279, "M"),
    ("16-most-tilt", 3279, "TM"),
    ("17-most-chance", 3279, "R"),
    ("18-most-late-tilt", 3278, "EETM"),
)


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for number, (name, n, manners) in enumerate(CASES, 1):
        k = next(count for count in range(2, 10) if 2 * n <= 3**count - 3)
        text = f"{n} {k}\n{manners.ljust(k, manners[-1])[:k]} {1000 + 7 * number}\n"
        (out / f"{name}.in").write_text(text, encoding="ascii", newline="\n")


main()

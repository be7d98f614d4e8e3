# Writes every secret input into a directory, by groups: python3 generators/generate.py OUTDIR
import random
import sys
from pathlib import Path

COLOURS = "rgbyw"
Cases = dict[str, tuple[int, str]]


def random_ring(rng: random.Random, n: int, colours: str = COLOURS) -> str:
    return "".join(colours[rng.randrange(len(colours))] for _ in range(n))


def runs(rng: random.Random, n: int, longest: int, colours: str = COLOURS) -> str:
    ring = ""
    while len(ring) < n:
        ring += colours[rng.randrange(len(colours))] * (rng.randrange(longest) + 1)
    return ring[:n]


def turned(ring: str, by: int) -> str:
    return ring[by:] + ring[:by]


def spoiled(rng: random.Random, ring: str, chance: float) -> str:
    return "".join(COLOURS[rng.randrange(5)] if rng.random() < chance else c for c in ring)


def nothing_painted(rng: random.Random) -> Cases:
    return {
        "01-two": (0, "rg"),
        "02-runs": (0, "w" + runs(rng, 70, 6) + "y" * 4 + "b"),
        "03-longest-first": (0, "g" * 25 + runs(rng, 60, 7) + "r"),
        "04-longest-last": (0, "y" + runs(rng, 68, 8) + "b" * 31),
        "05-all-different": (0, "rgbyw" * 20),
    }


def small(rng: random.Random) -> Cases:
    gap = "rrrrr" + "gbgb" + "rr" + "w" + "r" * 30 + "ybwg" * 8
    return {
        "01-single": (0, "b"),
        "02-single-painted": (1, "w"),
        "03-all-one-colour": (0, "g" * 50),
        "04-all-one-colour-painted": (7, "y" * 20),
        "05-everything-painted": (10, "rgbywrgbyw"),
        "06-just-not-everything": (4, "rrggrbrybr"),
        "07-past-the-seam": (0, "ww" + "rgb" * 9 + "www"),
        "08-seam-painted": (1, "bbgrrgywrgybb"[::-1]),
        "09-not-around-longest-run": (3, turned("gggg" + "rbybwy" + "wwrwwrwwrww" + "bgrby", 9)),
        "10-rare-colour-wins": (2, "rgrgrgrgrgrgrgrgrgrgrgrg" + "bbbwbb"),
        "11-random": (9, random_ring(rng, 100)),
        "12-gap": (5, gap),
    }


def medium(rng: random.Random) -> Cases:
    return {
        "01-random": (100, random_ring(rng, 1000)),
        "02-runs": (37, runs(rng, 999, 12)),
        "03-two-colours": (210, random_ring(rng, 1000, "gw")),
        "04-past-the-seam": (31, turned(spoiled(rng, "b" * 400, 0.1) + random_ring(rng, 590), 200)),
    }


def large(rng: random.Random) -> Cases:
    return {
        "01-random": (5000, random_ring(rng, 30_000)),
        "02-past-the-seam": (1500, turned(spoiled(rng, "y" * 12_000, 0.1) + random_ring(rng, 17_999), 7000)),
        "03-nearly-all": (22_500, random_ring(rng, 30_000)),
        "04-few-painted": (3, runs(rng, 29_998, 60)),
    }


def main() -> None:
    rng = random.Random(624)
    groups = {
        "1-nothing-painted": nothing_painted(rng),
        "2-small": small(rng),
        "3-medium": medium(rng),
        "4-large": large(rng),
    }
    for group, cases in groups.items():
        out = Path(sys.argv[1]) / group
        out.mkdir(parents=True, exist_ok=True)
        for name, (k, ring) in cases.items():
            (out / f"{name}.in").write_text(f"{len(ring)} {k}\n{ring}\n")


main()

# Writes every secret input into a directory: python3 generators/generate.py OUTDIR
import random
import sys
from pathlib import Path

LONGEST = 30_000


def icy(rng: random.Random, n: int, chance: float) -> str:
    return "." + "".join("#" if rng.random() < chance else "." for _ in range(n - 2)) + "."


def icy_beside_way(rng: random.Random, n: int, f: int, b: int, chance: float) -> str:
    """Ice everywhere with this chance, but not on one random way from the first stop to the last."""
    clear, at = {0, n - 1}, 0
    while at != n - 1:
        forward = at + f < n and (at < b or rng.random() < 0.8)
        at += f if forward else -b
        clear.add(at)
    ice = icy(rng, n, chance)
    return "".join("." if i in clear else c for i, c in enumerate(ice))


def cases() -> dict[str, tuple[int, int, str]]:
    rng = random.Random(77)
    return {
        "01-two-stops": (1, 1, ".."),
        "02-back-not-needed": (3, 1, "." * 31),
        "03-iced-goal-neighbour": (2, 1, "." * 30 + "#."),
        "04-stuck-at-once": (4, 2, "...." + "#" + "....."),
        "05-common-factor": (6, 4, "." * 50),
        "06-back-first-wins": (7, 3, icy_beside_way(rng, 60, 7, 3, 0.3)),
        "07-just-fits": (5, 4, "." * 9),
        "08-just-does-not-fit": (5, 3, "." * 7),
        "09-glides-over-ice": (10, 3, "." + "#" * 9 + "." + "#" * 6 + "." + "#" * 2 + "." + "#" * 9 + "."),
        "10-some-ice": (13, 8, icy_beside_way(rng, 900, 13, 8, 0.4)),
        "11-all-ice-but-way": (9, 7, icy_beside_way(rng, 1500, 9, 7, 0.9)),
        "12-long-stuck": (11, 6, icy(rng, LONGEST - 50, 0.55)),
        "13-large-slow": (3, 2, icy_beside_way(rng, LONGEST, 3, 2, 0.15)),
        "14-large-clear": (7, 5, "." * (LONGEST - 1)),
        "15-far-moves": (15_001, 14_998, "." * LONGEST),
        "16-large-icy": (5, 3, icy_beside_way(rng, LONGEST, 5, 3, 0.35)),
    }


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, (f, b, track) in cases().items():
        (out / f"{name}.in").write_text(f"{len(track)} {f} {b}\n{track}\n")


main()

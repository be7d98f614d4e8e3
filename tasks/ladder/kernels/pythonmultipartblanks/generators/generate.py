# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(3108)
# They look like blanks, and programs take them for such: no-break space, next line, em space, form feed, vertical tab.
HARD = ["\u00a0", "\u0085", "\u2003", "\f", "\v", "\x1c"]
WORDS = ["a", "b c", "voil\u00e0", "form-1", "\u00fc\u00df", "d\te", "name", "back", "7"]


def write(name, mark, lines):
    (target / f"{name}.in").write_bytes("".join(f"{line}\n" for line in (mark, *lines)).encode())


def tape(mark, parts, padding=lambda: ""):
    """parts: label and content lines of each."""
    lines = []
    for label, *content in parts:
        lines += [f"--{mark}{padding()}", label, *content]
    return [*lines, f"--{mark}--{padding()}"]


def pad():
    return "".join(rng.choice(" \t") for _ in range(rng.choice([0, 0, 1, 2, 4])))


def word(hard):
    found = rng.choice(WORDS)
    if rng.random() < hard:
        found = rng.choice([rng.choice(HARD) + found, found + rng.choice(HARD), found + rng.choice(HARD) + "x"])
    return found


def label(padding, hard):
    fields = {}
    for key in rng.sample(["name", "order", "kind", "size"], rng.randint(1, 4)):
        if rng.random() < hard / 3:
            key = rng.choice([rng.choice(HARD) + key, key + rng.choice(HARD)])
        fields[key] = rng.choice(["back", "front"]) if "order" in key else word(hard)
        if "order" in key and rng.random() < hard / 2:
            fields[key] += rng.choice(HARD)
    return ";".join(f"{padding()}{key}{padding()}={padding()}{value}{padding()}" for key, value in fields.items())


def content(mark, hard):
    lines = []
    for _ in range(rng.choice([0, 1, 2, 2, 3, 6])):
        line = rng.choice(
            [
                "",
                pad(),
                f"--{mark}x",
                f"--{mark}-",
                f" --{mark}",
                f"-{mark}",
                mark,
                "--",
                word(hard),
                f"{pad()}{word(hard)}",
            ]
        )
        lines.append(line.rstrip(" \t") if rng.random() < 0.5 else line + "." * (not line.strip(" \t")))
    return [line.rstrip(" \t") for line in lines]


def some(mark, count, padding, hard):
    return [(label(padding, hard), *content(mark, hard)) for _ in range(count)]


def none():
    return ""


write("01-one-part", "m", tape("m", [("name=a", "x")]))
write("02-no-padding", "Qq7", tape("Qq7", some("Qq7", 30, none, 0)))
write(
    "03-padded-separators",
    "XYZ",
    [
        "--XYZ",
        "name=a",
        "first",
        "--XYZ \t",
        "name=b",
        "second",
        "--XYZ\t",
        "name=c;order=back",
        "one",
        "two",
        "--XYZ--  ",
    ],
)
write("04-padded-from-the-first", "k", tape("k", some("k", 20, none, 0), pad))
write(
    "05-padded-values",
    "z9",
    tape(
        "z9",
        [
            ("name=a; order=back ", "1", "2", "3"),
            ("name= b ;order=\tback\t", "1", "2"),
            ("order = back", "1", "2"),
            (" name\t=c;order=back  ;x=y", "1", "2"),
        ],
    ),
)
write("06-padded-labels", "z9", tape("z9", some("z9", 30, pad, 0)))
write(
    "07-hard-ends-of-values",
    "hard",
    tape(
        "hard",
        [(f"name=voil{end}", "x") for end in HARD]
        + [(f"name={end}voil", "x") for end in HARD]
        + [("name=voil\u00e0", "x"), ("name=\u00c5", "x"), ("name= \u00a0 ", "x")],
    ),
)
write(
    "08-hard-before-keys",
    "hard",
    tape(
        "hard",
        [(f'kind="a";{hard}name="b"', "x") for hard in HARD]
        + [(f"name{hard}=b;order{hard}=back", "x", "y") for hard in HARD],
    ),
)
write(
    "09-hard-behind-back",
    "R2",
    tape(
        "R2",
        [(f"name=a;order=back{hard}", "x", "y") for hard in HARD]
        + [(f"name=a;order={hard}back", "x", "y") for hard in HARD],
    ),
)
write(
    "10-hard-in-the-content",
    "R2",
    tape(
        "R2",
        [("name=a", f"x{hard}y", f"{hard}--R2") for hard in HARD]
        + [("name=a;order=back", "x", f"--R2{hard}", hard) for hard in HARD],
    ),
)
write("11-all-of-it", "Tape1", tape("Tape1", some("Tape1", 80, pad, 0.5), pad))
write("12-all-of-it-again", "0", tape("0", some("0", 80, pad, 0.3), pad))

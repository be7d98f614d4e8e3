# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(3111)
RULES = ("fifo", "lru", "lfu")


def write(name, steps):
    steps = list(steps)
    (target / f"{name}.in").write_text(f"{len(steps)}\n" + "".join(f"{step}\n" for step in steps))


def use(wall, tools, hang=0.5):
    return f"{'hang' if rng.random() < hang else 'seek'} {wall} {rng.choice(tools)}"


def emptied(wall, hooks):
    """Hangs up so many new tools that all others have to go, in their order."""
    return [f"hang {wall} z{number}" for number in range(hooks)]


def original_and_copy(rule, hooks, uses, tools):
    return [
        f"wall a {rule} {hooks}",
        *(use("a", tools) for _ in range(uses)),
        "copy b a",
        "count b",
        *emptied("b", hooks),
        "count a",
        *(f"seek a {tool}" for tool in tools),
        *emptied("a", hooks),
        "count b",
    ]


def mixed(steps, tools, hooks, rules=RULES, most=30):
    walls = ["w0"]
    yield f"wall w0 {rng.choice(rules)} {rng.choice(hooks)}"
    for _ in range(steps - 1):
        kind = rng.random()
        if kind < 0.04 and len(walls) < most:
            walls.append(f"w{len(walls)}")
            yield (
                f"wall {walls[-1]} {rng.choice(rules)} {rng.choice(hooks)}"
                if rng.random() < 0.3
                else f"copy {walls[-1]} {rng.choice(walls[:-1])}"
            )
        elif kind < 0.07:
            yield f"count {rng.choice(walls)}"
        else:
            yield use(rng.choice(walls[-5:]), tools)


FEW = [f"t{number}" for number in range(8)]
MANY = [f"t{number}" for number in range(60)]
write(
    "01-empty-copy", ["wall a lfu 1", "copy b a", "count b", "hang b x", "count a", "seek a x", "hang a y", "seek b y"]
)
for number, rule in enumerate(RULES, start=2):
    write(f"{number:02}-{rule}-and-its-copy", original_and_copy(rule, 5, 40, FEW))
write(
    "05-copies-of-copies",
    [
        "wall a lru 3",
        "hang a x",
        "hang a y",
        "copy b a",
        "hang b z",
        "seek b x",
        "copy c b",
        "hang c u",
        "hang c v",
        "hang b u",
        "hang a u",
        "hang a v",
        "count a",
        "count b",
        "count c",
        *emptied("a", 3),
        *emptied("b", 3),
    ],
)
write(
    "06-used-alike",
    [
        "wall a lfu 4",
        *(f"hang a {tool}" for tool in "abcd"),
        *(f"seek a {tool}" for tool in "dacb"),
        "copy b a",
        "seek a d",
        "hang b x",
        "hang b y",
        "seek b y",
        "hang b v",
        *emptied("a", 4),
        "count b",
    ],
)
write(
    "07-after-the-copy",
    [
        "wall a lru 3",
        "hang a x",
        "hang a y",
        "hang a z",
        "copy b a",
        "seek a x",
        "hang b u",
        "hang a u",
        "seek b y",
        "hang b v",
        "hang a v",
        *emptied("b", 3),
        *emptied("a", 3),
    ],
)
write(
    "08-a-long-row",
    [
        "wall a lru 500",
        *(f"hang a r{number}" for number in range(500)),
        "copy b a",
        *emptied("b", 200),
        "count a",
        "seek a r0",
        "seek b r0",
        "hang a x",
        "seek b r499",
    ],
)
write(
    "09-uses-of-all-numbers",
    [
        "wall a lfu 30",
        *(f"hang a {tool}" for n, tool in enumerate(MANY[:30]) for _ in range(1 + n * 7 % 30)),
        "copy b a",
        *emptied("b", 3),
        "seek a t0",
        *emptied("a", 30),
        *(f"seek b {tool}" for tool in MANY[:30]),
    ],
)
write("10-mixed-small", mixed(700, FEW, [1, 2, 3, 5]))
write("11-mixed", mixed(1000, MANY, [2, 10, 30]))
write("12-lfu", mixed(600, [*FEW, "a", "b"], [3, 5], rules=["lfu"]))

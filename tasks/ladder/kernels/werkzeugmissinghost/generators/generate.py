# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(3109)
STATIONS = ["hall", "b2.north", "c1.south", "a.test", "x.a.test", "data.test", "b-1", "7", "10.0.0.1"]
ENTRIES = ["hall", ".north", ".a.test", "a.test", "south", ".south", "b-1", "10.0.0.1"]
ODD = [
    "",
    ":",
    ":80",
    ":443",
    "a.test:",
    "a.test:port",
    "a.test:8080@b.test",
    "x@y",
    "a_b",
    "a.test/x",
    "a.test:80:80",
    "a.test:443:",
    "-:-",
    "hall::7",
    "hall:7:7",
    "@",
    "/",
    "a.test:8x",
    "hall:80:443",
]


def write(name, rows):
    rows = list(rows)
    (target / f"{name}.in").write_text(f"{len(rows)}\n" + "".join(" ".join(row) + "\n" for row in rows))


def all_of(slips, desks, lists):
    return [
        (tube, slip, desk, trusted) for tube in ("red", "blue") for slip in slips for desk in desks for trusted in lists
    ]


def some(count, proper, trusted):
    for _ in range(count):
        place = rng.choice(STATIONS) + rng.choice(["", "", ":80", ":443", ":7", ":080", ":1443"])
        slip = rng.choice(["-", "=" + (place if rng.random() < proper else rng.choice(ODD))])
        desk = rng.choice(STATIONS) + "/" + rng.choice(["-", "80", "443", "12"])
        entries = ",".join(rng.sample(ENTRIES, rng.randint(1, 4))) if rng.random() < trusted else "-"
        yield rng.choice(["red", "blue"]), slip, desk, entries


write("01-one-capsule", [("red", "=a", "b/1", "-")])
write(
    "02-drawers",
    all_of(["=hall:80", "=hall:443", "=hall:0443", "=hall:8080", "=hall:1443", "=hall"], ["roof/1"], ["-", "hall"]),
)
write("03-no-slip", all_of(["-"], ["hall/80", "hall/443", "hall/5", "a.test/80"], ["-", "hall", ".test"]))
write("04-nothing-to-go-by", all_of(["-"], ["hall/-", "roof/-"], ["-"]))
write("05-odd-slips", all_of(["=" + text for text in ODD], ["hall/7"], ["-"]))
write("06-odd-slips-with-lists", all_of(["=" + text for text in ODD], ["hall/7"], ["hall", ".test,hall"]))
write("07-nothing-to-go-by-with-lists", all_of(["-", "="], ["hall/-", "roof/-"], ["hall", ".test", "-"]))
write(
    "08-ends-of-names",
    all_of(
        ["=a.test", "=x.a.test", "=xa.test", "=a.test.x", "=.a.test", "=test", "=a.test:9"],
        ["hall/-"],
        [".a.test", "a.test", ".test", "x,.a.test", "test"],
    ),
)
write("09-proper-ones", some(200, 1, 0.5))
write("10-without-lists", some(250, 0.5, 0))
write("11-with-lists", some(250, 0.5, 1))
write("12-all-mixed", some(300, 0.6, 0.5))

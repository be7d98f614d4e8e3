# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(3105)


def write(name, how, sheet):
    (target / f"{name}.in").write_text(f"{how}\n{sheet}\n")


def both(name, sheet):
    """The same sheet in both ways."""
    for how in ("trim", "keep"):
        write(f"{name}-{how}", how, sheet)


def text(most, characters):
    return "".join(rng.choice(characters) for _ in range(rng.randint(0, most)))


def element(depth, most, characters):
    name = text(4, "abc") or "x"
    if depth == 0 or rng.random() < 0.2:
        return f"<{name}/>" if rng.random() < 0.3 else f"<{name}>{text(most, characters)}</{name}>"
    inner = text(most, characters)
    for _ in range(rng.randint(1, 4)):
        inner += element(depth - 1, most, characters) + text(most, characters)
    return f"<{name}>{inner}</{name}>"


def sheet(depth, most, characters, shortest):
    while True:
        found = element(depth, most, characters)
        if shortest <= len(found) <= 6000:
            return found


write("01-nothing", "trim", "<a/>")
both("02-greeting", "<p>hello_<i>dear</i>_reader</p>")
write("03-around", "trim", "<p>~__one_<b/>two~</p>")
both("04-blanks-only", "<r>~__<a>_</a>~<b>~_~</b>_<c>x</c>~_</r>")
write("05-blanks-between-elements", "trim", "<p>a<b/>_<b/>c<b/>~<i>_d_</i>~<b/>__e</p>")
write("06-ends-in-an-element", "trim", "<p>_<b>bold_</b>_then_<b>_bold</b></p>")
write("07-in-lines", "keep", "<pre>~__if_x~____<b>y</b>~__end~<c>~</c>~~z~</pre>")
write(
    "08-deep",
    "trim",
    "".join(f"<{'ab'[n % 2]}>_{n}_" for n in range(200))
    + "".join(f"_x{'_' * (n % 3)}</{'ab'[n % 2]}>" for n in reversed(range(200))),
)
write("09-mixed", "keep", sheet(5, 6, "ab__~", 4000))
write("10-mixed-and-trimmed", "trim", sheet(5, 6, "ab__~", 4000))

# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(3110)
PLAIN = ["wind", "turn", "thread", "a", "b", "begins", "ending", "hook"]
STARTS = ["shift", "work", "now"]


def write(name, lines):
    lines = lines.split("\n") if isinstance(lines, str) else lines
    (target / f"{name}.in").write_text(f"{len(lines)}\n" + "".join(f"{line}\n" for line in lines))


def plain():
    return [rng.choice(PLAIN + STARTS) for _ in range(rng.randint(1, 3))]


def block(depth):
    words = ["begin", rng.choice(PLAIN)]
    for _ in range(rng.randint(0, 3)):
        words += block(depth - 1) if depth and rng.random() < 0.4 else plain()
        words += [";"] if rng.random() < 0.8 else []
    return [*words, "end"]


def order(blocks):
    kind = rng.random()
    if kind < blocks:
        return [*plain(), *block(2), *(plain() if rng.random() < 0.3 else [])]
    if kind < blocks + 0.2:
        return ["begin", rng.choice(STARTS), *(plain() if rng.random() < 0.3 else [])]
    return rng.choice([["begin"], ["end"], ["end", rng.choice(STARTS)], plain(), plain()])


def remark():
    words = [*PLAIN, "begin", "end", ";", "shift"]
    return ["{", *(rng.choice(words) for _ in range(rng.randint(0, 3))), "}"]


def script(orders, blocks, remarks, breaks):
    words = [word for _ in range(orders) for word in (*order(blocks), ";")]
    lines, line = [], []
    for word in words:
        for piece in ([word], remark() if rng.random() < remarks else []):
            if line and (rng.random() < breaks or len(" ".join(line + piece)) > 120):
                lines.append(" ".join(line))
                line = []
                if rng.random() < breaks / 3:
                    lines.append("")
            line += piece
    return [*lines, " ".join(line)][:200]


write("01-one-word", "a")
write("02-one-shift", "begin shift ; wind a ; wind b ; end shift ;")
write("03-plain-blocks", "hook a begin wind ; begin turn ; end ; end ; wind b ;\nbegin a ; b ; end end ; c")
write("04-all-kinds-of-starts", "begin work ; a ; end work ; begin now ; b ; end now ; begin ; c ; end ;")
write("05-on-two-lines", "begin\nshift\n;\nwind a ;\nend\nshift ;\n\nbegin\n\nwork ; b ; end ;")
write(
    "06-remark-between", "begin { the } shift ; a ; end { no } shift ;\nbegin { ; } { a }\n{ begin } work ; b ; end ;"
)
write(
    "07-shift-within-a-block", "hook a begin b begin shift ; c ; end ; d ; begin now e ;\nbegin f ; end ; g ; end ; h ;"
)
write("08-ends-too-many", "a end b ; end ; end end c ; begin x ; end end ; d ; begin a ; end shift ; e ;")
write("09-left-open", "wind a ; begin wind b ; wind c ; begin shift ; d ;\n{ end }\n")
write(
    "10-shift-further-behind",
    "begin a shift ; b ; end ; begin begin shift ; c ; end ; d ; begin end ;\nshift ; begin begin work ; end ; e",
)
write("11-mixed", script(120, 0.2, 0, 0.15))
write("12-mixed-with-remarks", script(100, 0.25, 0.3, 0.15))

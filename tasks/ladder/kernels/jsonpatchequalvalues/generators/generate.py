# Writes the secret inputs to the directory that is given.
import random
import sys
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(3107)
WORDS = ["true", "false", "null", '""', '"0"', '"1"', '"true"', '"ab"', '"Ab"']


def write(name, pairs):
    pairs = [pair for pair in pairs if max(map(len, pair)) <= 1000]
    (target / f"{name}.in").write_text(f"{len(pairs)}\n" + "".join(f"{one}\n{other}\n" for one, other in pairs))


def number():
    """A number as (digits, places behind the point)."""
    return rng.choice([0, 1, 1, 2, 10, rng.randrange(1000)]) * rng.choice([1, -1]), rng.choice([0, 0, 1, 2])


def written(digits, places, spare):
    sign, text = "-" if digits < 0 or (digits == 0 and rng.random() < 0.2) else "", str(abs(digits)).zfill(places + 1)
    whole, behind = text[: len(text) - places], text[len(text) - places :] + "0" * spare
    return sign + whole + ("." + behind if behind else "")


def value(depth):
    if depth == 0 or rng.random() < 0.15:
        return rng.choice([number(), rng.choice(WORDS)])
    if rng.random() < 0.5:
        return [value(depth - 1) for _ in range(rng.randint(0, 3))]
    return {name: value(depth - 1) for name in rng.sample(["a", "b", "A", "0", ""], rng.randint(0, 3))}


def note(thing):
    """One of the ways to write a value."""
    if isinstance(thing, str):
        return thing
    if isinstance(thing, tuple):
        return written(*thing, rng.choice([0, 0, 0, 1, 2]))
    if isinstance(thing, list):
        left, right = rng.choice(["[]", "()"])
        return left + ",".join(map(note, thing)) + right
    left, right = rng.choice(["{}", "<>"])
    pairs = [f'"{name}":{note(inner)}' for name, inner in thing.items()]
    rng.shuffle(pairs)
    return left + ",".join(pairs) + right


def nearly(thing):
    """The same value, or one with a single thing changed."""
    if isinstance(thing, list) and thing and rng.random() < 0.9:
        at = rng.randrange(len(thing))
        return [*thing[:at], nearly(thing[at]), *thing[at + 1 :]]
    if isinstance(thing, dict) and thing and rng.random() < 0.9:
        name = rng.choice(list(thing))
        return {**thing, name: nearly(thing[name])}
    others = {(1, 0): ["true", '"1"'], (0, 0): ["false", "null", "-0"], "true": [(1, 0), '"true"'], "false": [(0, 0)]}
    return (
        rng.choice([*others.get(thing, []), (11, 1)])
        if isinstance(thing, (tuple, str))
        else rng.choice(["null", [], {}])
    )


def pairs(count, depth):
    for _ in range(count):
        thing = value(depth)
        yield note(thing), note(thing if rng.random() < 0.6 else nearly(thing))


def deep(left, right, inside):
    return left * 50 + inside + right * 50


write(
    "01-numbers",
    [
        ("0", "-0"),
        ("0", "0.000"),
        ("-0.0", "0"),
        ("1", "1.0"),
        ("1.5", "1.50"),
        ("1.05", "1.5"),
        ("10", "1.0"),
        ("-2", "2"),
        ("100", "1"),
        ("0.1", "0.10"),
        ("0.01", "0.1"),
        ("123456789012345", "123456789012345"),
        ("123456789012345", "123456789012346"),
        ("0.12345678901234", "0.12345678901235"),
        ("99999999999999.0", "99999999999999"),
    ],
)
write(
    "02-words",
    [
        (one, other)
        for one in ("true", "false", "null", "0", "1", '""', "[]", "<>")
        for other in ("true", "null", "0", "{}")
    ],
)
write(
    "03-numbers-further-in",
    [("[1]", "[1.0]"), ('{"a":2}', '{"a":2.0}'), ('[{"a":[0,"b"]}]', '[{"a":[-0.0,"b"]}]'), ("[[1]]", "[[1.1]]")],
)
write(
    "04-words-further-in",
    [
        ("[1]", "[true]"),
        ("[0]", "[false]"),
        ('{"on":1}', '{"on":true}'),
        ('[[{"a":false}]]', '[[{"a":0}]]'),
        ("[0.0]", "[false]"),
        ("[true]", "[true]"),
        ("[1.0,true]", "[true,1]"),
        ("[null]", "[false]"),
    ],
)
write(
    "05-sealed",
    [
        ("(1)", "[1]"),
        ('<"a":1>', '{"a":1}'),
        ("()", "[]"),
        ("<>", "{}"),
        ("()", "<>"),
        ('[(1),<"a":()>]', '([1],{"a":[]})'),
        ('("a","b")', '"ab"'),
        ("(1,2)", "[2,1]"),
        ('<"a":1,"b":2>', '{"b":2,"a":1}'),
    ],
)
write(
    "06-all-at-once",
    [
        ('[1,(2.0,<"x":true>)]', '(1.00,[2,{"x":true}])'),
        ('[1,(2.0,<"x":true>)]', '(1.00,[2,{"x":1}])'),
        ("(true)", "[true]"),
        ("(true)", "[1]"),
        ('<"n":1>', '{"n":1.0}'),
        ('<"n":1>', '{"n":true}'),
    ],
)
write(
    "07-sizes",
    [
        ("[1]", "[1,1]"),
        ("[]", "[null]"),
        ('{"a":1}', '{"a":1,"b":1}'),
        ('{"a":null}', '{"b":null}'),
        ("[[]]", "[[],[]]"),
        ('{"a":1}', '{"A":1}'),
        ('"ab"', '"aB"'),
        ('{"":1}', '{"0":1}'),
    ],
)
write(
    "08-deep",
    [
        (deep("[", "]", "1"), deep("(", ")", "1.0")),
        (deep("[", "]", "1"), deep("(", ")", "true")),
        (deep('{"a":', "}", "0"), deep('<"a":', ">", "-0")),
        (deep("[", "]", ""), deep("(", ")", "<>")[2:-2]),
    ],
)
write("09-flat", pairs(100, 1))
write("10-nested", pairs(100, 3))
write("11-large", pairs(60, 5))

# Writes the secret inputs to the directory that is given.
import random
import sys
from copy import deepcopy
from pathlib import Path

target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
rng = random.Random(3112)


def write(name, requests):
    requests = requests if isinstance(requests, list) else requests.replace("\n", " ").split(", ")
    (target / f"{name}.in").write_text(f"{len(requests)}\n" + "".join(f"{request.strip()}\n" for request in requests))


def paths(thing, above=""):
    """Every place in a collection."""
    inner = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
    for part, value in inner:
        yield f"{above}/{part}"
        yield from paths(value, f"{above}/{part}")


def holders(thing, above=""):
    """Every cabinet and shelf of a collection with its path."""
    if isinstance(thing, (dict, list)):
        yield above, thing
        for part, value in thing.items() if isinstance(thing, dict) else enumerate(thing):
            yield from holders(value, f"{above}/{part}")


def put(collection):
    """A path to somewhere in it, and what is put there; carried out."""
    above, holder = rng.choice([found for found in holders(collection) if found[0].count("/") < 6])
    value = rng.choice([rng.randrange(1000), rng.randrange(10), {}, []])
    if isinstance(holder, dict):
        part = rng.choice("abc")
        holder[part] = value
    else:
        at = rng.randint(0, len(holder))
        part = at if at < len(holder) else "-"
        holder[at : at + 1] = [value]
    return f"{above}/{part} {value}"


def mixed(count, names, kinds=("set", "set", "set", "draft", "same", "show", "show", "show", "new")):
    held, requests = {}, []
    while len(requests) < count:
        kind, one, other = rng.choice(kinds), rng.choice(names), rng.choice(names)
        if not held or (kind == "new" and (one not in held or rng.random() < 0.1)):
            held[one] = rng.choice([{}, []])
            requests.append(f"new {one} {held[one]}")
        elif kind == "same" and other in held and rng.random() < 0.5:
            held[one] = held[other]
            requests.append(f"same {one} {other}")
        elif kind == "draft" and other in held:
            collection = deepcopy(held[other])
            requests.append(f"draft {one} {other} {put(collection)}")
            held[one] = collection
        elif kind == "set" and one in held:
            requests.append(f"set {one} {put(held[one])}")
        elif kind == "show" and one in held and held[one]:
            requests.append(f"show {one} {rng.choice(list(paths(held[one])))}")
    for name in sorted(held):
        requests += [f"show {name} {path}" for path in list(paths(held[name]))[:20]]
    return requests


def deep(name):
    path = "/a"
    yield f"new {name} {{}}"
    for _ in range(18):
        yield f"set {name} {path} {{}}"
        path += "/a"
    yield f"set {name} {path} 1"


DEEP = "/a" * 19
write("01-one-request", "new a {}")
write(
    "02-first-level-in-place",
    """
    new a {}, set a /debug 0, same b a, set a /debug 1, show a /debug, show b /debug, set b /more 3,
    show a /more, set a /debug {}, show b /debug
    """,
)
write(
    "03-first-level-aside",
    """
    new a [], set a /- 5, draft b a /0 6, draft c a /- 7, show a /0, show b /0, show c /1, set a /- 8,
    show a /1, show c /1, set b /0 9, show a /0
    """,
)
write(
    "04-further-in-aside",
    """
    new doc {}, set doc /user {}, set doc /user/name 1, draft neu doc /user/name 2, show doc /user/name,
    show neu /user/name, set neu /user/age 3, show doc /user, show neu /user, set doc /user/name 4,
    show neu /user/name
    """,
)
write(
    "05-lists-further-in",
    """
    new a {}, set a /list [], set a /list/- 1, set a /list/- [], set a /list/1/- 2, draft b a /list/1/- 3,
    show a /list/1, show b /list/1, draft c b /list/- 4, show b /list, show c /list, set c /list/1/0 9,
    show a /list/1/0, show b /list/1/0, show c /list/1/0
    """,
)
write(
    "06-beside-the-path",
    """
    new a {}, set a /x {}, set a /x/n 1, set a /y {}, set a /y/n 1, draft b a /x/n 2, set b /y/n 3,
    show a /y/n, set a /y/m 4, show b /y, set a /x/m 5, show b /x, show a /x/n
    """,
)
write(
    "07-names-of-one-collection",
    """
    new a [], same b a, set b /- {}, same c b, set c /0/k 1, show a /0/k, draft b a /0/k 2, set a /0/k 3,
    show b /0/k, show c /0/k, new a {}, set a /k 4, show c /0, set c /- 5, show c /1, show a /k
    """,
)
write(
    "08-drafts-of-drafts",
    [
        "new d {}",
        "set d /v {}",
        "set d /v/n 0",
        *(f"draft d{chr(97 + n)} d{chr(96 + n) if n else ''} /v/n {n}" for n in range(20)),
        "show d /v/n",
        *(f"show d{chr(97 + n)} /v/n" for n in range(20)),
    ],
)
write(
    "09-deep",
    [
        *deep("a"),
        f"draft b a {DEEP} 2",
        f"show a {DEEP}",
        f"show b {DEEP}",
        f"set b {DEEP} 3",
        f"draft c b {DEEP[:20]}/b 4",
        f"show b {DEEP[:20]}",
        f"show c {DEEP[:20]}",
        f"set a {DEEP} 5",
        f"show c {DEEP}",
        f"show b {DEEP}",
    ],
)
write("10-mixed", mixed(1000, ["a", "b", "c"]))
write("11-many-names", mixed(900, ["a", "b", "c", "d", "e", "f", "g"]))
write(
    "12-many-drafts", mixed(1000, ["a", "b", "c", "d"], ("set", "set", "draft", "draft", "same", "show", "show", "new"))
)

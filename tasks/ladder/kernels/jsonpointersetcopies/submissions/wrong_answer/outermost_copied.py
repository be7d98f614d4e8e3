# Wrong: copies the outermost cabinet or shelf in both cases: too little for a draft, too much for what is set in place.
import sys
from copy import copy


def at(thing, part):
    return thing[part] if isinstance(thing, dict) else thing[int(part)]


def put(collection, path, text):
    *above, last = path.split("/")[1:]
    for part in above:
        collection = at(collection, part)
    value = {"{}": {}, "[]": []}.get(text, text)
    if isinstance(collection, dict):
        collection[last] = value
    elif last == "-":
        collection.append(value)
    else:
        collection[int(last)] = value


def shown(thing):
    if isinstance(thing, str):
        return thing
    return f"{{{len(thing)}}}" if isinstance(thing, dict) else f"[{len(thing)}]"


def carry_out(kind, name, *rest):
    if kind == "new":
        held[name] = {} if rest[0] == "{}" else []
    elif kind == "same":
        held[name] = held[rest[0]]
    elif kind == "set":
        put(copy(held[name]), *rest)
    elif kind == "draft":
        draft = copy(held[rest[0]])
        put(draft, *rest[1:])
        held[name] = draft
    else:
        found = held[name]
        for part in rest[0].split("/")[1:]:
            found = at(found, part)
        print(shown(found))


held = {}
for request in sys.stdin.read().splitlines()[1:]:
    try:
        carry_out(*request.split())
    except (LookupError, ValueError, AttributeError, TypeError):
        if request.startswith("show"):
            print("?")

# Checks an input file by carrying it out; exits with 42 if it is as the statement says, else with 43.
import re
import sys
from copy import deepcopy

NAME, PATH, VALUE = "([a-z]{1,6})", "((?:/(?:[a-z]{1,6}|0|[1-9][0-9]{0,3}|-)){1,20})", r"(0|[1-9][0-9]{0,9}|\{\}|\[\])"
REQUEST = re.compile(
    rf"new {NAME} (\{{\}}|\[\])|same {NAME} {NAME}|set {NAME} {PATH} {VALUE}|draft {NAME} {NAME} {PATH} {VALUE}"
    rf"|show {NAME} {PATH}"
)


class Bad(Exception):
    pass


def need(condition):
    if not condition:
        raise Bad


def inner(thing, part):
    if isinstance(thing, dict):
        need(part in thing)
        return thing[part]
    need(isinstance(thing, list) and part.isdigit() and int(part) < len(thing))
    return thing[int(part)]


def reached(thing, parts):
    for part in parts:
        thing = inner(thing, part)
    return thing


def made(text):
    if text in ("{}", "[]"):
        return {} if text == "{}" else []
    need(int(text) <= 10**9)
    return int(text)


def size(thing):
    values = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ()
    return sum(1 + size(value) for value in values)


def put(collection, path, text):
    *above, last = path[1:].split("/")
    holder = reached(collection, above)
    if isinstance(holder, dict):
        need(last.isalpha())
        holder[last] = made(text)
    elif last == "-":
        need(isinstance(holder, list))
        holder.append(made(text))
    else:
        inner(holder, last)
        holder[int(last)] = made(text)
    need(size(collection) <= 500)


def carry_out(request, held):
    parts = REQUEST.fullmatch(request)
    need(parts)
    kind, name, *rest = request.split(" ")
    if kind == "new":
        held[name] = made(rest[0])
        return
    known = rest[0] if kind in ("same", "draft") else name
    need(known in held)
    if kind == "same":
        held[name] = held[known]
    elif kind == "show":
        reached(held[name], rest[0][1:].split("/"))
    else:
        collection = held[name] if kind == "set" else deepcopy(held[known])
        put(collection, *rest[-2:])
        held[name] = collection


def check(text):
    parts = re.fullmatch(r"([1-9][0-9]{0,3})\n((?:[^\n]+\n)+)", text)
    need(parts and int(parts[1]) <= 2000)
    requests, held = parts[2].split("\n")[:-1], {}
    need(len(requests) == int(parts[1]))
    for request in requests:
        carry_out(request, held)


try:
    check(sys.stdin.buffer.read().decode("latin-1"))
except Bad:
    sys.exit(43)
sys.exit(42)

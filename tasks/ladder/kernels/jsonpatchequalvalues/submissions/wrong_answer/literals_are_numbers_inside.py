# Wrong: sealed or not is all the same and numbers are right, but true is 1 and false is 0 within lists and records.
import re
import sys


def read(words):
    word = words.pop()
    if word in "[(":
        found = []
        while words[-1] not in "])":
            found.append(read(words))
            if words[-1] == ",":
                words.pop()
        words.pop()
        return found
    if word in "{<":
        members = {}
        while words[-1] not in "}>":
            name = words.pop()
            words.pop()
            members[name] = read(words)
            if words[-1] == ",":
                words.pop()
        words.pop()
        return members
    if word[0] in "-0123456789":
        return float(word) if "." in word else int(word)
    return {"true": True, "false": False, "null": None}.get(word, word)


def value(note):
    return read(re.findall(r'"[^"]*"|[-.a-z0-9]+|[^"]', note)[::-1])


def is_same(one, other):
    return isinstance(one, bool) == isinstance(other, bool) and one == other


notes = sys.stdin.read().split()[1:]
for one, other in zip(notes[::2], notes[1::2]):
    print("same" if is_same(value(one), value(other)) else "different")

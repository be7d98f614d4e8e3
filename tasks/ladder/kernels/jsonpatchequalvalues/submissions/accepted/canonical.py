# Brings each note to a form in which equal values are equal: kinds are named, numbers are fractions.
import re
import sys
from fractions import Fraction


def read(words):
    word = words.pop()
    if word in "[(":
        found = []
        while words[-1] not in "])":
            found.append(read(words))
            if words[-1] == ",":
                words.pop()
        words.pop()
        return "list", found
    if word in "{<":
        members = {}
        while words[-1] not in "}>":
            name = words.pop()
            words.pop()
            members[name] = read(words)
            if words[-1] == ",":
                words.pop()
        words.pop()
        return "record", members
    if word[0] in "-0123456789":
        return "number", Fraction(word)
    return "plain", word


def form(note):
    return read(re.findall(r'"[^"]*"|[-.a-z0-9]+|[^"]', note)[::-1])


notes = sys.stdin.read().split()[1:]
for one, other in zip(notes[::2], notes[1::2]):
    print("same" if form(one) == form(other) else "different")

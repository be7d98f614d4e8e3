"""What people's messages are like: mistyped, and below a lot that has nothing to do with it. Pure, and by seed alone.

What a program has to read stays as it is: code, quotations, identifiers, numbers, and any word that is also one of
these somewhere in the text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection
from itertools import chain

from sandbox.chatter import chatter

# Letters that only one language has are left alone.
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# Names of values, which are no words.
_VALUES = ("None", "True", "False", "null", "true", "false")
# Shorter words are mostly read by how they look as a whole.
SHORTEST = 4
DIVIDER = "-" * 8

# In this order: fenced code, code, quotations of all kinds.
_PROTECTED = re.compile(
    r"```.*?```|`[^`\n]*`|\"[^\"\n]*\"|(?<!\w)'[^'\n]*'(?!\w)|“[^”\n]*”|„[^“\n]*“|«[^»\n]*»|<[^<>\n]*>", re.DOTALL
)
_TOKEN = re.compile(r"\S+")
_PLAIN = re.compile(r"[(\[]?([^\W\d_]+)[.,;:!?)\]…]*")
_WORD = re.compile(r"[^\W\d_]+")
_CODE_LINE = re.compile(r"^(?: {4}|\t|>>> |\.\.\. )")


def mistyped(text: str, rate: float, draw: random.Random, keep: Collection[str] = ()) -> str:
    """A text with letters dropped or hit beside, in about so large a share of its words.

    Args:
        rate: 0 to 1, of words of at least `SHORTEST` letters that may be touched.
        keep: words that stay as they are, in any case of letters.
    """
    covered = _covered(text)
    kept = {word.lower() for word in chain(keep, _VALUES, *(_WORD.findall(text[start:end]) for start, end in covered))}
    parts, at = [], 0
    for token in _TOKEN.finditer(text):
        plain = _PLAIN.fullmatch(token[0])
        touched = any(start < token.end() and token.start() < end for start, end in covered)
        if plain is None or touched or not _is_word(plain[1]) or plain[1].lower() in kept:
            continue
        # Drawn for each word that could be hit, so that what one word draws does not hang on the rate.
        hit, where, how = draw.random(), draw.random(), draw.random()
        if hit < rate:
            start = token.start() + plain.start(1)
            parts += [text[at:start], _slip(plain[1], where, how)]
            at = start + len(plain[1])
    return "".join([*parts, text[at:]])


def _covered(text: str) -> list[tuple[int, int]]:
    """Where code, quotations and identifiers stand."""
    found = [found.span() for found in _PROTECTED.finditer(text)]
    at = 0
    for line in text.splitlines(keepends=True):
        if _CODE_LINE.match(line):
            found.append((at, at + len(line)))
        at += len(line)
    for token in _TOKEN.finditer(text):
        plain = _PLAIN.fullmatch(token[0])
        if plain is None or not (_is_word(plain[1]) or len(plain[1]) < SHORTEST):
            found.append(token.span())
    return found


def _is_word(word: str) -> bool:
    """Whether it is one of people's language by its looks: small letters, the first perhaps large."""
    return len(word) >= SHORTEST and word[1:].islower()


def _slip(word: str, where: float, how: float) -> str:
    """A word with one slip: a letter dropped, or the key beside it; never the first."""
    place = 1 + int(where * (len(word) - 1))
    near = _beside(word[place])
    # The upper half of the draw says which key.
    letter = near[int((how - 0.5) * 2 * len(near))] if near and how >= 0.5 else ""
    return word[:place] + letter + word[place + 1 :]


def _beside(letter: str) -> str:
    """The keys left and right of one."""
    row = next((row for row in _ROWS if letter in row), "")
    at = row.find(letter)
    return row[max(0, at - 1) : at] + row[at + 1 : at + 2] if row else ""


def buried(text: str, words: int, draw: random.Random) -> str:
    """A text below so many words, or a few more, of messages that have nothing to do with it."""
    if not words:
        return text
    return f"{chatter(words, draw)}\n\n{DIVIDER}\n\n{text}"

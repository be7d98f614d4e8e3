"""Command substitutions, `$(…)` and those in backquotes, lifted out of a bash line."""

from __future__ import annotations

import re

_MARK = re.compile(r"""\\.|'|"|\$\(\(|\$\(|\(|\)|`|(?<![^\s;&|()])\#[^\n]*""", re.DOTALL)


def lift_out(line: str) -> tuple[str, list[str]]:
    """The line with the number of each outermost substitution in its place (between two \\x01), and what they run.

    What stands in single quotes and comments stays, as does one that is never closed.
    """
    return _Lifting(line).lift()


class _Lifting:
    """One pass over a line. open: what is open at this place: `"`, `(`, `$(` or a backquote."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._open: list[str] = []
        # Where in `open` the substitutions are, and where the text of the outermost begins.
        self._inside: list[int] = []
        self._begun = (0, 0)
        self._kept: list[str] = []
        self._done = 0
        self._scripts: list[str] = []

    def lift(self) -> tuple[str, list[str]]:
        """See `lift_out`."""
        position = 0
        while mark := _MARK.search(self._line, position):
            after = self._past(mark)
            if after is None:
                break
            position = after
        return "".join([*self._kept, self._line[self._done :]]), self._scripts

    def _past(self, mark: re.Match[str]) -> int | None:
        """Take a mark; where to go on, None if what it opens is never closed."""
        text, quoted = mark[0], bool(self._open) and self._open[-1] == '"'
        if text == '"':
            if quoted:
                self._open.pop()
            else:
                self._open.append(text)
        elif text in ("$(", "`"):
            self._substitution(text, mark)
        elif text == "$((":
            end = self._line.find("))", mark.end())
            return None if end < 0 else end + 2
        elif quoted:
            # A comment sign in quotes begins nothing, so only this character is passed.
            return mark.end() if text[0] == "\\" else mark.start() + 1
        elif text == "'":
            end = self._line.find("'", mark.end())
            return None if end < 0 else end + 1
        elif text == "(":
            self._open.append(text)
        elif text == ")" and self._open and self._open[-1] != "`":
            self._close(mark, len(self._open) - 1)
        return mark.end()

    def _substitution(self, text: str, mark: re.Match[str]) -> None:
        if text == "`":
            for place in self._inside[::-1][:2]:
                if self._open[place] == "`":
                    self._close(mark, place)
                    return
        if not self._inside:
            self._begun = mark.span()
        self._inside.append(len(self._open))
        self._open.append(text)

    def _close(self, mark: re.Match[str], place: int) -> None:
        """What was opened at a place ends here, with all in it."""
        was_inside = bool(self._inside)
        while self._inside and self._inside[-1] >= place:
            self._inside.pop()
        del self._open[place:]
        if was_inside and not self._inside:
            start, body = self._begun
            self._kept.append(f"{self._line[self._done : start]}\1{len(self._scripts)}\1")
            self._scripts.append(self._line[body : mark.start()])
            self._done = mark.end()

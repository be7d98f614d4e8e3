"""Guest modules as the interpreter of a container takes them: ready to be run where it is of our version, else as text.

Compiling them there takes longer than all else that the tool host does before its first call.
"""

from __future__ import annotations

import importlib.util
import json
import marshal
import re
import struct
import zlib
from functools import cache
from types import CodeType

# What an interpreter calls the form of its compiled code; equal ones run each other's.
MAGIC = importlib.util.MAGIC_NUMBER
_POSTPONED = re.compile(r"^from __future__ import annotations$", re.MULTILINE)
# Imports that nothing but annotations may want, which are text then; loading typing takes milliseconds. They are looked
# for in the text, as CPython 3.11 fails at making trees of syntax in several threads at a time.
_OF_HINTS = re.compile(r"^from (?:typing|collections\.abc) import ([\w, ]+)$", re.MULTILINE)


@cache
def frame(main: str, modules: tuple[tuple[str, str], ...]) -> bytes:
    """What `guest.LOADER` reads: our magic, the length of what is compiled, that, and all of it as packed JSON.

    Args:
        main: the module whose main() runs.
        modules: names and sources, in the order in which they are made.
    """
    ready = marshal.dumps((main, [(name, _compiled(name, source)) for name, source in modules]))
    text = json.dumps([main, modules]).encode("ascii")
    return MAGIC + struct.pack(">I", len(ready)) + ready + zlib.compress(text)


@cache
def _compiled(name: str, source: str) -> CodeType:
    place = f"<roadtest:{name}>"
    if not _POSTPONED.search(source):
        whole: CodeType = compile(source, place, "exec", dont_inherit=True)
        return whole
    # As if it still said so: the module of that name need not be loaded for it.
    flags = annotations.compiler_flag
    text = _POSTPONED.sub("", source)
    wanted = _named(compile(_OF_HINTS.sub("", text), place, "exec", flags, dont_inherit=True))

    def kept(found: re.Match[str]) -> str:
        """An import, or nothing if only annotations name what it brings."""
        brought = {words.split()[-1] for words in found[1].split(",")}
        return "" if wanted.isdisjoint(brought) else found[0]

    code: CodeType = compile(_OF_HINTS.sub(kept, text), place, "exec", flags, dont_inherit=True)
    return code


def _named(code: CodeType) -> set[str]:
    """Names that code and all that is defined in it may look up."""
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    return set(code.co_names).union(*map(_named, inner))

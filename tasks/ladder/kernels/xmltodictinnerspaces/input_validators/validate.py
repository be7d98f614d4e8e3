# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

PIECE = re.compile(r"<([a-z]{1,8})>|</([a-z]{1,8})>|<([a-z]{1,8})/>|[a-z0-9_~]+")


def is_sheet(text):
    at, waiting, roots = 0, [], 0
    while at < len(text):
        piece = PIECE.match(text, at)
        if not piece or (not waiting and (roots or not (piece[1] or piece[3]))):
            return False
        at = piece.end()
        roots += not waiting
        if piece[1]:
            waiting.append(piece[1])
        elif piece[2] and waiting.pop() != piece[2]:
            return False
        if len(waiting) + bool(piece[3]) > 200:
            return False
    return roots == 1 and not waiting


def fits(text):
    parts = re.fullmatch(r"(?:trim|keep)\n([^\n]{1,6000})\n", text)
    return bool(parts) and is_sheet(parts[1])


sys.exit(42 if fits(sys.stdin.buffer.read().decode("latin-1")) else 43)

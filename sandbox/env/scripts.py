"""What `sandbox.env.plain` has the shell of an image do. For any POSIX shell, with GNU's programs or busybox's.

Each refuses with code 91 and a reason. A FIFO, a socket or a device is refused, not waited for.
"""

from __future__ import annotations

MOST_MATCHES = 500
MOST_LINE = 400

# from, to → number of files
FILL = 'cp -a "$1/." "$2" && find "$2" -type f | wc -l'

# command; where there is no bash, the shell that there is
BASH = 'command -v bash > /dev/null && exec bash -c "$1"; exec sh -c "$1"'

_REGULAR = """\
if [ -d "$1" ]; then echo "$1: Is a directory"; exit 91; fi
if [ -e "$1" ] && [ ! -f "$1" ]; then echo "$1: not a regular file"; exit 91; fi
"""

# path, first line, number of lines ("" for all)
READ = f"""\
{_REGULAR}\
[ "$2$3" = 1 ] && exec cat -- "$1"
[ -r "$1" ] || exec cat -- "$1"
if [ "$3" = 0 ]; then exit 0; fi
if [ -z "$3" ]; then exec tail -n "+$2" -- "$1"; fi
tail -n "+$2" -- "$1" | head -n "$3"
"""

# path, its directory; content on standard input. A process of the shell must not change itself through /proc.
WRITE = f"""\
{_REGULAR}\
case "$(readlink -f -- "$1")" in /proc/*|/sys/*) echo "$1: not a file to write to"; exit 91;; esac
mkdir -p -- "$2" && exec cat > "$1"
"""

# path, its directory, target
LINK = 'mkdir -p -- "$2" && ln -s -- "$3" "$1"'

# path
LIST = """\
if [ -e "$1" ] && [ ! -d "$1" ]; then echo "$1: Not a directory"; exit 91; fi
cd -- "$1" || exit 91
for n in * .[!.]* ..?*; do
    if [ -L "$n" ]; then echo "$n -> $(readlink -- "$n")"
    elif [ -d "$n" ]; then echo "$n/"
    elif [ -e "$n" ]; then echo "$n  $(stat -c %s -- "$n")"
    fi
done
"""

# expression, path. Names and lines are told apart by NUL characters, which neither holds.
SEARCH = f"""\
if [ ! -e "$2" ] && [ ! -L "$2" ]; then echo "$2: no such file or directory"; exit 91; fi
grep -qE -e "$1" < /dev/null
if [ $? -gt 1 ]; then echo "the pattern is no regular expression"; exit 91; fi
grep -rHnEIZ -D skip --exclude-dir=.git --exclude-dir=__pycache__ -e "$1" -- "$2" 2> /dev/null \
    | head -n {MOST_MATCHES} | cut -b -{4 * MOST_LINE + 4096}
"""


def matches(said: bytes) -> bytes:
    """What the search printed as the tool host would print it."""
    rows = [row for row in said.split(b"\n") if b"\0" in row]
    found = []
    for row in rows:
        path, _, rest = row.partition(b"\0")
        number, _, line = rest.partition(b":")
        text = line.decode("utf-8", "replace")[:MOST_LINE].encode()
        found.append((path.removeprefix(b"./"), int(number) if number.isdigit() else 0, number, text))
    lines = [b"%s:%s:%s" % (path, number, text) for path, _, number, text in sorted(found)]
    if len(rows) == MOST_MATCHES:
        lines.append(b"(stopped after %d matches)" % MOST_MATCHES)
    return b"\n".join(lines) or b"no match"

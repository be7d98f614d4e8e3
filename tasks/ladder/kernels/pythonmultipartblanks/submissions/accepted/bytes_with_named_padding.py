# Works on bytes and takes away spaces and tabs only.
import sys

PAD = b" \t"


def told(label, *content):
    fields = dict([word.strip(PAD) for word in field.split(b"=")] for field in label.split(b";"))
    first = content[-1 if fields.get(b"order") == b"back" else 0] if content else b""
    return fields.get(b"name", b"").hex() or "-", len(content), first.hex() or "-"


mark, *lines = sys.stdin.buffer.read().split(b"\n")[:-1]
parts = []
for line in lines:
    if line.rstrip(PAD) == b"--" + mark:
        parts.append([])
    elif line.rstrip(PAD) != b"--" + mark + b"--":
        parts[-1].append(line)
for part in parts:
    print(*told(*part))

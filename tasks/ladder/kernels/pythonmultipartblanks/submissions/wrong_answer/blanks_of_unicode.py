# Wrong: padding is right around separators, but around keys and values all that Unicode has for blanks is taken off.
import sys


def told(label, *content):
    fields = dict([word.strip() for word in field.split("=")] for field in label.split(";"))
    first = content[-1 if fields.get("order") == "back" else 0] if content else ""
    return fields.get("name", "").encode().hex() or "-", len(content), first.encode().hex() or "-"


mark, *lines = sys.stdin.buffer.read().decode().split("\n")[:-1]
parts = []
for line in lines:
    if line.rstrip(" \t") == "--" + mark:
        parts.append([])
    elif line.rstrip(" \t") != "--" + mark + "--":
        parts[-1].append(line)
for part in parts:
    print(*told(*part))

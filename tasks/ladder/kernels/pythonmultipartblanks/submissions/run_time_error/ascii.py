# Fails: reads the tape as ASCII, which raises an error for all other letters.
import sys


def told(label, *content):
    fields = dict([word.strip(" \t") for word in field.split("=")] for field in label.split(";"))
    first = content[-1 if fields.get("order") == "back" else 0] if content else ""
    return fields.get("name", "").encode().hex() or "-", len(content), first.encode().hex() or "-"


mark, *lines = sys.stdin.buffer.read().decode("ascii").split("\n")[:-1]
parts = []
for line in lines:
    if line.rstrip(" \t") == "--" + mark:
        parts.append([])
    elif line.rstrip(" \t") != "--" + mark + "--":
        parts[-1].append(line)
for part in parts:
    print(*told(*part))

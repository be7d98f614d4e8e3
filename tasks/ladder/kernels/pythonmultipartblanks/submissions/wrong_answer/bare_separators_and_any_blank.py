# Wrong: allows padding behind the first separator only, takes off whatever Latin-1 has for blanks (also from a letter's
# second byte), and compares the order with the padding behind it.
import sys


def told(label, *content):
    fields = {}
    for field in label.split(";"):
        key, value = field.split("=")
        fields[key.strip()] = value.lstrip() if key.strip() == "order" else value.strip()
    first = content[-1 if fields.get("order") == "back" else 0] if content else ""
    return fields.get("name", "").encode("latin-1").hex() or "-", len(content), first.encode("latin-1").hex() or "-"


mark, *lines = sys.stdin.buffer.read().decode("latin-1").split("\n")[:-1]
parts = []
for line in lines:
    if line == "--" + mark or not parts:
        parts.append([])
    elif line.rstrip(" \t") != "--" + mark + "--":
        parts[-1].append(line)
for part in parts:
    print(*told(*part))

"""Small problem packages, laid out on the fly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PYTHON = "print(sum(map(int, input().split())))\n"
CPP = "#include <iostream>\nint main() { long a, b; std::cin >> a >> b; std::cout << a + b << '\\n'; }\n"
HEAD = "problem_format_version: 2025-09\nname: Sum\nuuid: 3e0f6d5e-0000-4000-8000-000000000000\n"

CURRENT: Mapping[str, str] = {
    "problem.yaml": HEAD,
    "statement/problem.en.md": "Add the two numbers.\n",
    "data/sample/1.in": "1 2\n",
    "data/sample/1.ans": "3\n",
    "data/secret/01.in": "3 4\n",
    "data/secret/01.ans": "7\n",
    "input_validators/check.py": "raise SystemExit(42)\n",
    "submissions/accepted/sum.py": PYTHON,
}
LEGACY: Mapping[str, str] = {
    "problem.yaml": "name: Sum\n",
    "problem_statement/problem.en.tex": "\\problemname{Sum}\nAdd the two numbers.\n",
    **{name: text for name, text in CURRENT.items() if name.startswith(("data", "input", "submissions"))},
}


def lay_out(
    folder: Path, base: Mapping[str, str], changes: Mapping[str, str | None] | None = None, *, more: str = ""
) -> Path:
    """A package in `folder`/sum.

    Args:
        base: text by file. changes: further or other files, None for one that is to be absent.
        more: lines for the end of problem.yaml.
    """
    package = folder / "sum"
    for name, text in {**base, **(changes or {})}.items():
        if text is not None:
            place = package / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text + (more if name == "problem.yaml" else ""))
    return package

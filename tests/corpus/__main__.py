"""`python -m tests.corpus`: precision and recall per label, and every body that is labelled otherwise."""

from __future__ import annotations

import sys

from tests.corpus import label, load, scores, table


def main() -> int:
    """Print the table; 1 if a body is labelled otherwise than expected."""
    faulty, sound = load("faulty"), load("sound")
    wrong = [case for case in (*faulty, *sound) if label(case.body) != case.expected]
    lines = [f"{len(faulty)} faulty bodies, {len(sound)} sound ones", "", table(scores([*faulty, *sound]))]
    lines += [f"\n{case.name}: {case.why}\n  expected {case.expected}\n  given    {label(case.body)}" for case in wrong]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

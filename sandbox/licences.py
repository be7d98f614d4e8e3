"""Which licences let a task be made of a codebase: its code is fetched, changed and run, never passed on. Pure."""

from __future__ import annotations

import re

# As SPDX calls them. What is not here may be fine; somebody has to read it first.
ALLOWED = frozenset(
    {
        "0BSD",
        "AFL-3.0",
        "Apache-2.0",
        "Artistic-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "EPL-2.0",
        "GPL-2.0-only",
        "GPL-2.0-or-later",
        "GPL-3.0-only",
        "GPL-3.0-or-later",
        "HPND",
        "ISC",
        "LGPL-2.1-only",
        "LGPL-2.1-or-later",
        "LGPL-3.0-only",
        "LGPL-3.0-or-later",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MPL-2.0",
        "PSF-2.0",
        "Python-2.0",
        "Unlicense",
        "Zlib",
        "ZPL-2.1",
    }
)
# What packages say instead, their classifiers among it.
ALIASES = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "the unlicense (unlicense)": "Unlicense",
    "zope public license": "ZPL-2.1",
}
_KNOWN = {name.lower(): name for name in ALLOWED} | ALIASES


def is_allowed(said: str) -> bool:
    """Whether a licence allows it: a name of SPDX, a classifier, or names joined by AND and OR."""
    return _any(said.strip())


def _any(said: str) -> bool:
    name = said.removeprefix("License :: OSI Approved :: ").strip().lower()
    if name in _KNOWN:
        return True
    plain = re.sub(r"[()]", " ", said)
    choices = re.split(r"\s+OR\s+", plain)
    if len(choices) > 1:
        # Where brackets mix the two, what is asked here is more than the licence asks.
        return all(_all(choice) for choice in choices) if "(" in said else any(_all(choice) for choice in choices)
    return _all(plain)


def _all(said: str) -> bool:
    parts = re.split(r"\s+AND\s+", said.strip())
    return all(re.split(r"\s+WITH\s+", part)[0].strip().lower() in _KNOWN for part in parts)

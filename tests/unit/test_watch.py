"""The look at a workspace, in a process of its own: it runs as root inside, and as whoever tests it here."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

GUEST = Path(__file__).resolve().parent.parent.parent / "sandbox" / "guest"

# Two writes of the same size are within one tick of the clock as a rule here, and look the same to lstat where
# time stamps are as coarse as the clock (kernels before 6.13); newer ones give what was looked at a finer one.
RACY = """
import os, sys, tempfile
sys.path.insert(0, sys.argv[1])
import watch
with tempfile.TemporaryDirectory() as root:
    path = os.path.join(root, "f")
    told = {}
    if os.geteuid() == 0: os.chown(root, 1000, 1000)
    def write(number):
        with open(path, "r+" if os.path.exists(path) else "w") as file: file.write("%06d" % number)
        if os.geteuid() == 0: os.chown(path, 1000, 1000)
    watching = watch.Watch(root, {"files": 100, "bytes": 10**6, "depth": 10, "changed_bytes": 10**6})
    for number in range(0, 600, 3):
        write(number)
        watching.look() if number % 2 else watching.learn()
        write(number + 1)
        found = watching.look_at([path]) if number % 4 else watching.look()
        assert [data for _, _, data in found.changed] == [b"%06d" % (number + 1)], (number, found.changed)
        assert not watching.look().changed
"""


def test_a_second_write_within_one_tick_of_the_clock_is_seen() -> None:
    with tempfile.TemporaryDirectory() as folder:
        argv = [sys.executable, "-I", "-c", RACY, str(GUEST)]
        done = subprocess.run(argv, capture_output=True, text=True, cwd=folder, check=False, timeout=60)
    assert done.returncode == 0, done.stderr

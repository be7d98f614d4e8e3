"""SWE-bench end to end: an instance in, proven, run; predictions out that apply to its base commit."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from sandbox.tree import FILE, LINK, Entry
from sandbox.treefiles import read_tree
from tests.support.command import roadtest
from tests.support.swebench import ID, hostile_halver, write_rows
from tests.support.toy import SUBMIT, bash, make_script
from tests.support.upstream import AFTER

pytestmark = pytest.mark.docker

WORK = r"""
printf '#!/bin/sh\n' > run.sh && chmod +x run.sh
printf 'caf\351\n' > latin.txt
head -c 300 /dev/urandom > noise.bin
rm tests/test_halver.py
ln -sf ../pyproject.toml docs/code
sed -i 's/(len(items) + 1)/len(items)/' halver.py
"""


def test_an_instance_is_imported_proven_and_run_and_its_predictions_apply(tmp_path: Path) -> None:
    upstream, row = hostile_halver(tmp_path / "up", tmp_path / "it-ran")
    env = {"ROADTEST_CACHE": str(tmp_path / "cache")}
    out, run = tmp_path / "imported", tmp_path / "run"
    file = write_rows(tmp_path / "instances.jsonl", row)
    done = roadtest("import", "swebench", file, "--repo-path", upstream.folder, "--out", out, env=env)
    assert done.returncode == 0, done.stderr
    checked = roadtest("task", "check", out, timeout=600)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    script = make_script(tmp_path / "work.jsonl", [bash(WORK), SUBMIT])
    models = ["--model", "scripted:oracle", "--model", "scripted:nop", "--model", script]
    ran = roadtest("run", out, *models, "--out", run, timeout=600)
    assert ran.returncode == 0, ran.stderr
    told = roadtest("export", "swebench", run)
    assert told.returncode == 0, told.stderr
    found = {
        row["model_name_or_path"]: row for row in map(json.loads, (run / "predictions.jsonl").read_text().splitlines())
    }
    assert {row["instance_id"] for row in found.values()} == {ID}
    assert found["scripted:nop"]["model_patch"] == ""
    solved = applied_by_git(upstream.folder, row["base_commit"], found["scripted:oracle"], tmp_path / "a")
    assert solved["halver.py"].data.decode() == AFTER["halver.py"]
    left = applied_by_git(upstream.folder, row["base_commit"], found[script], tmp_path / "b")
    assert left["run.sh"].mode == "100755"
    assert left["latin.txt"] == Entry(FILE, b"caf\xe9\n")
    assert len(left["noise.bin"].data) == 300
    assert left["docs/code"] == Entry(LINK, b"../pyproject.toml")
    assert "tests/test_halver.py" not in left
    only = roadtest("export", "swebench", run, "--candidate", "scripted:nop", "--out", tmp_path / "nop.jsonl")
    assert only.returncode == 0
    assert len((tmp_path / "nop.jsonl").read_text().splitlines()) == 1
    nobody = roadtest("export", "swebench", run, "--candidate", "nobody")
    assert (nobody.returncode, "it has those of " in nobody.stderr) == (2, True)
    assert "scripted:nop, scripted:oracle" in nobody.stderr


def applied_by_git(repository: Path, base: str, prediction: dict[str, str], place: Path) -> dict[str, Entry]:
    """The base commit in a fresh checkout with a prediction applied to it by git itself."""
    environment = {"PATH": "/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*words: str) -> None:
        subprocess.run(["git", *words], check=True, capture_output=True, env=environment)

    git("clone", "--quiet", str(repository), str(place))
    git("-C", str(place), "checkout", "--quiet", base)
    patch = place.with_suffix(".patch")
    patch.write_text(prediction["model_patch"], "utf-8", newline="")
    git("-C", str(place), "apply", str(patch))
    return read_tree(place)

"""`roadtest judge` as a user types it."""

from __future__ import annotations

import json
import signal
import threading
import time
from pathlib import Path

import docker
import pytest

from sandbox.cp.calibrate import calibrated
from sandbox.cp.cores import Cores
from sandbox.cp.judging import measured
from sandbox.cp.package import read_problem
from sandbox.cp.problem import Case
from sandbox.cp.session import Session
from sandbox.cp.tally import CaseResult
from sandbox.cp.verdicts import Clocks
from tests.support.command import roadtest, start
from tests.support.cp import RIGHT, judge, package, program, sums

pytestmark = pytest.mark.docker

BUSY = "import time\nwhile time.process_time() < {0}: pass\n" + RIGHT


def test_submissions_are_judged_and_told_as_json(tmp_path: Path) -> None:
    made = package(tmp_path / "sums", {"accepted/right.py": RIGHT})
    wrong = tmp_path / "wrong.py"
    wrong.write_text("print(7)\n")
    done = roadtest("judge", made, made / "submissions/accepted/right.py", wrong, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["problem"], found["format"], found["limit_s"], found["limit_from"]) == (
        "sums",
        "2025-09",
        1,
        "package",
    )
    first, second = found["submissions"]
    assert (first["verdict"], first["first_failing"], first["score"]) == ("AC", None, None)
    assert [case["case"] for case in first["cases"]] == ["sample/1", "secret/1", "secret/2"]
    assert (second["verdict"], second["first_failing"]["case"]) == ("WA", "sample/1")
    plain = roadtest("judge", made, wrong, "--time-limit", "3")
    assert "time limit 3 s (given)" in plain.stdout
    assert "WA" in plain.stdout


def test_labelled_submissions_make_rates_and_an_exit_code(tmp_path: Path) -> None:
    good = {"accepted/right.py": RIGHT, "wrong_answer/wrong.py": RIGHT.replace("+", "-")}
    made = package(tmp_path / "all/sums", good)
    done = roadtest("judge", tmp_path / "all", "--labelled")
    assert done.returncode == 0, done.stderr
    assert "TPR 1.000 (1/1" in done.stdout
    (made / "submissions/wrong_answer/right.py").write_text(RIGHT)
    done = roadtest("judge", made, "--labelled", "--json")
    assert done.returncode == 1
    rates = json.loads(done.stdout)["rates"]
    assert (rates["tpr"]["rate"], rates["tnr"]["rate"]) == (1, 0.5)
    assert [one["submission"] for one in rates["disagreements"]] == ["wrong_answer/right.py"]


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    made = package(tmp_path / "sums", {"accepted/right.py": RIGHT})
    for arguments in ([made], [made, "--labelled", made], [tmp_path / "none", made], [made, tmp_path / "none.py"]):
        done = roadtest("judge", *arguments)
        assert done.returncode == 2, done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_signal_leaves_no_container(tmp_path: Path, engine: docker.DockerClient) -> None:
    made = package(tmp_path / "sums", {"accepted/right.py": RIGHT})
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(100)\n")
    process = start("judge", made, slow, "--time-limit", "60")
    mark = f"roadtest.pid={process.pid}"
    until = time.monotonic() + 60
    while not engine.containers.list(filters={"label": mark}) and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped" in said
    assert not engine.containers.list(all=True, filters={"label": mark}, ignore_removed=True)


@pytest.mark.slow
def test_the_limit_is_measured_where_the_package_gives_none_and_kept(tmp_path: Path) -> None:
    labelled = {
        "accepted/quick.py": BUSY.format(0.1),
        "time_limit_exceeded/slow.py": BUSY.format(4),
        "time_limit_exceeded/broken.py": "print(",
    }
    made = read_problem(package(tmp_path / "sums", labelled, "{time_resolution: 0.1, memory: 64}"))
    with judge(tmp_path / "builds") as judged:
        cores = Cores(judged.host.cores, most=1, stop=threading.Event())
        found = calibrated(judged.desk, made, cores, folder=tmp_path / "limits")
        assert found.source == "measured"
        assert 0.2 <= found.seconds <= 0.5
        assert found.fastest is not None and found.fastest > found.seconds
        judged.stop.set()  # nothing more can be measured: what follows comes from the disk
        assert calibrated(judged.desk, made, cores, folder=tmp_path / "limits") == found


class Counted(Session):
    """A session that counts its runs."""

    runs = 0

    def run(self, case: Case, clocks: Clocks) -> CaseResult:
        self.runs += 1
        return super().run(case, clocks)


@pytest.mark.parametrize(("seconds", "times"), [(0.01, {1}), (0.45, {2, 3})])
def test_a_time_near_the_limit_is_measured_again(tmp_path: Path, seconds: float, times: set[int]) -> None:
    asked = sums(1)
    with judge(tmp_path) as judged:
        one = program("busy.py", BUSY.format(seconds))
        session = Counted(judged.host, asked, one, cache=judged.desk.cache, core=None, stop=judged.stop)
        session.build()
        case = next(asked.data.cases())
        assert measured(session, case, Clocks.of(0.5)).verdict == "AC"
        assert session.runs in times
        session.close()

"""The judge's pure parts and those that need no container: verdicts, limits, recipes, what is kept, cores."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import sandbox
from sandbox.cp.build_cache import BuildCache
from sandbox.cp.building import recipe_of, refused
from sandbox.cp.calibrate import choose, inferred
from sandbox.cp.cores import Cores
from sandbox.cp.judge_text import rates_lines, submission_data
from sandbox.cp.problem import Case, Group, Labelled, Limits, Problem, Program, Verdict
from sandbox.cp.rates import Judged, rates
from sandbox.cp.session import Stopped
from sandbox.cp.tally import CaseResult, Outcome
from sandbox.cp.verdicts import Clocks, is_near, read_run

CASE = Case(name="secret/1", input=b"", answer=b"3\n")
CHECKER = Program(name="check", files={"check.py": b""}, language="python3", entry="check.py")
CLOCKS = Clocks.of(1.0)


def problem(**more: Any) -> Problem:
    facts: dict[str, Any] = {"limits": Limits(memory=64, output=1, code=1), **more}
    data = Group(name="", parts=(Group(name="secret", parts=(CASE,)),))
    return Problem(id="p", path="", digest="", format="2025-09", name="P", statements={}, data=data, **facts)


def run(asked: Problem, written: bytes = b"3\n", **facts: Any) -> CaseResult:
    seen: dict[str, Any] = {
        "exit": 0, "cpu": 0.1, "wall": 0.1, "waited": 0.0, "memory": 1000, "kills": 0, "over": None,
        "output": len(written), "error": "", "first": "submission", **facts,
    }  # fmt: skip
    return read_run(seen, written, problem=asked, case=CASE, clocks=CLOCKS)


def said(code: int, **feedback: str) -> dict[str, Any]:
    files = {f"{name}.txt": text for name, text in feedback.items()}
    return {"exit": code, "over": None, "said": "", "feedback": files}


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({}, "AC"),
        ({"cpu": 1.0}, "AC"),
        ({"cpu": 1.001}, "TLE"),
        ({"cpu": 1.05, "exit": 1}, "TLE"),
        ({"over": "cpu", "exit": -9}, "TLE"),
        ({"over": "wall", "exit": -9}, "TLE"),
        ({"over": "memory", "exit": -9}, "MLE"),
        ({"kills": 1, "exit": -9}, "MLE"),
        ({"memory": 64 * 1024 + 1}, "MLE"),
        ({"memory": 64 * 1024}, "AC"),
        ({"output": (1 << 20) + 1, "exit": -25}, "OLE"),
        ({"exit": -25}, "OLE"),
        ({"exit": 1}, "RTE"),
        ({"exit": -11}, "RTE"),
        ({"exit": -64}, "RTE"),
    ],
)
def test_what_a_run_means(facts: dict[str, Any], verdict: str) -> None:
    assert run(problem(), **facts).verdict == verdict


def test_messages_do_not_steer_a_terminal() -> None:
    assert run(problem(), exit=1, error="a\n\x1b[2J bad\n\0\n").message == "exit code 1: [2J bad"
    judged = run(problem(validator=CHECKER), check=said(43, judgemessage="\0\0no\n\x1b]0;x\x07"))
    assert (judged.verdict, judged.message) == ("WA", "no ]0;x")


def test_output_is_compared_as_the_case_says() -> None:
    assert run(problem(), b"4\n").verdict == "WA"
    near = replace(CASE, validator_args=("float_tolerance", "0.1"))
    asked = problem()
    seen = {"exit": 0, "cpu": 0.1, "wall": 0.1, "memory": 1, "kills": 0, "over": None, "output": 4, "error": ""}
    assert read_run(seen, b"3.05", problem=asked, case=near, clocks=CLOCKS).verdict == "AC"
    strange = replace(CASE, validator_args=("no_such_word",))
    assert read_run(seen, b"3", problem=asked, case=strange, clocks=CLOCKS).verdict == "JE"


@pytest.mark.parametrize(
    ("check", "verdict"),
    [(said(42), "AC"), (said(43), "WA"), (said(0), "JE"), (said(1), "JE"), (said(-11), "JE"), (said(44), "JE")],
)
def test_a_validator_says_42_or_43(check: dict[str, Any], verdict: str) -> None:
    assert run(problem(validator=CHECKER), check=check).verdict == verdict
    assert run(problem(validator=CHECKER), check={**check, "over": "cpu"}).verdict == "JE"


def test_scores_are_read_as_numbers() -> None:
    scoring = problem(validator=CHECKER, is_scoring=True)
    assert run(scoring, check=said(42, score="12.5\n")).score == 12.5
    assert run(scoring, check=said(42, score_multiplier="0.25")).multiplier == 0.25
    for text in ("", "nan", "inf", "1,5", "0x10", "1 2"):
        assert run(scoring, check=said(42, score=text)).verdict == "JE"
    assert run(problem(validator=CHECKER), check=said(42, score="many")).verdict == "AC"


@pytest.mark.parametrize(
    ("first", "code", "answer", "verdict"),
    [
        ("submission", 0, 42, "AC"),
        ("submission", 0, 43, "WA"),
        ("submission", 1, 43, "RTE"),
        ("submission", 1, 42, "RTE"),
        ("interactor", -9, 43, "WA"),
        ("interactor", 1, 42, "RTE"),
        ("interactor", 1, 1, "JE"),
        ("submission", 1, 1, "RTE"),
        ("submission", 0, 1, "JE"),
    ],
)
def test_who_ends_first_decides_a_dialogue(first: str, code: int, answer: int, verdict: str) -> None:
    talks = problem(validator=CHECKER, is_interactive=True)
    assert run(talks, first=first, exit=code, check=said(answer)).verdict == verdict


def test_near_the_limit_is_a_tenth_of_it() -> None:
    near = [is_near(CaseResult(verdict=Verdict.AC, time_s=seconds), 2.0) for seconds in (1.79, 1.81, 2.19, 2.21)]
    assert near == [False, True, True, False]
    assert not is_near(CaseResult(verdict=Verdict.JE, time_s=2.0), 2.0)


@pytest.mark.parametrize(
    ("given", "slowest", "fastest", "seconds", "source"),
    [
        (1.0, 0.3, 5.0, 1.0, "package"),
        (1.0, 0.3, None, 1.0, "package"),
        (1.0, None, None, 1.0, "package"),
        (1.0, 0.95, 5.0, 2.0, "measured"),
        (1.0, 0.3, 1.05, 0.561, "measured"),
        (None, 0.3, 5.0, 1.0, "measured"),
        (None, 0.6, 5.0, 2.0, "measured"),
        (None, 0.5, None, 1.0, "measured"),
        (None, 0.2, 1.2, 0.49, "measured"),
        (None, None, None, 2.0, "default"),
    ],
)
def test_the_limit_follows_from_package_and_host(
    given: float | None, slowest: float | None, fastest: float | None, seconds: float, source: str
) -> None:
    found = choose(Limits(time=given), slowest, fastest)
    assert (found.seconds, found.source) == (seconds, source)


def test_a_limit_that_cannot_part_them_is_said_aloud() -> None:
    assert any("no limit" in note for note in choose(Limits(), 1.0, 1.05).notes)
    assert choose(Limits(), 0.1, 10.0).notes == ()


def test_an_inferred_limit_is_a_multiple_of_the_resolution() -> None:
    assert inferred(Limits(resolution=0.1, ac_to_limit=3.0), 0.1) == 0.3
    assert inferred(Limits(resolution=0.1, ac_to_limit=3.0), 0.101) == 0.4


def test_recipes_name_sources_and_never_options() -> None:
    several = Program(name="p", files={"-o.cpp": b"", "b.cpp": b"", "a.h": b""}, language="cpp")
    made = recipe_of(several, {"extra.cpp": b"x", "a.h": b"given"})
    assert [word for word in made.compile if word.endswith(".cpp")] == ["./-o.cpp", "b.cpp", "extra.cpp"]
    assert made.files["a.h"] == b"given"
    assert made.run() == ("./program.bin",)
    assert made.digest() != recipe_of(several).digest()
    python = recipe_of(Program(name="p", files={"-c.py": b""}, language="python3", entry="-c.py"))
    assert python.run() == ("python3", "-B", "./-c.py")
    assert python.run("/judge/validator") == ("python3", "-B", "/judge/validator/-c.py")


@pytest.mark.parametrize(
    ("source", "is_taken"),
    [
        (b"\xef\xbb\xbfprint(1)\r\n", True),
        (b"# coding: latin-1\n# caf\xe9\n", True),
        (b"\n\n# caf\xe9\n", False),
        (b"print 1\n", False),
        (b"if 1:\n\tx = 1\n        y = 2\n", False),
        (b"print(1)\0\n", False),
        (b"return 1\n", False),
    ],
)
def test_python_that_python_would_not_take_does_not_compile(tmp_path: Path, source: bytes, is_taken: bool) -> None:
    (tmp_path / "a.py").write_bytes(source)
    words = recipe_of(Program(name="a.py", files={"a.py": source}, language="python3", entry="a.py")).compile
    done = subprocess.run([sys.executable, *words[1:]], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is is_taken
    assert is_taken or "Error" in done.stderr


def test_what_is_not_compiled_at_all() -> None:
    fits = Program(name="p", files={"a.cpp": b"x" * 1024}, language="cpp")
    assert refused(problem(), fits) is None
    assert refused(problem(), replace(fits, files={"a.cpp": b"x" * 1025})) is not None
    assert refused(problem(languages=("python3",)), fits) is not None


def test_torn_builds_are_not_there(tmp_path: Path) -> None:
    cache = BuildCache(tmp_path / "builds")
    assert cache.get("a") is None
    cache.put("a", b"binary" * 1000)
    cache.put("b", b"")
    assert (cache.get("a"), cache.get("b")) == (b"binary" * 1000, b"")
    path = tmp_path / "builds/a"
    path.write_bytes(path.read_bytes()[:-3])
    assert cache.get("a") is None
    path.write_bytes(b"")
    assert cache.get("a") is None


def test_builds_that_were_not_used_for_longest_go_first(tmp_path: Path) -> None:
    cache = BuildCache(tmp_path, most_bytes=2500)
    for place, name in enumerate("abc"):
        cache.put(name, os.urandom(1000))
        os.utime(tmp_path / name, (place, place))
    cache.put("d", os.urandom(1000))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c", "d"]


def test_never_more_at_work_than_cores_even_for_two_of_them(tmp_path: Path) -> None:
    stop, lock, busy, most = threading.Event(), threading.Lock(), set[int](), [0]

    def work(core: int, item: int) -> int:
        with lock:
            assert core not in busy
            busy.add(core)
            most[0] = max(most[0], len(busy))
        threading.Event().wait(0.01)
        with lock:
            busy.remove(core)
        return item

    def all_of_it() -> None:
        found.append(Cores((4, 7), most=8, stop=stop, folder=tmp_path).map(work, range(6)))

    found: list[list[int]] = []
    threads = [threading.Thread(target=all_of_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[0, 1, 2, 3, 4, 5]] * 2
    assert most[0] == 2


def test_who_waits_for_a_core_is_called_off(tmp_path: Path) -> None:
    stop = threading.Event()
    cores = Cores((0,), most=1, stop=stop, folder=tmp_path)
    with cores.one():
        stop.set()
        with pytest.raises(Stopped), cores.one():
            pass


def test_what_is_printed_of_judgements() -> None:
    result = CaseResult(verdict=Verdict.WA, time_s=0.1, message="token 1")
    outcome = Outcome(verdict=Verdict.WA, first_failing="secret/1", judged={"secret/1": result})
    data = submission_data("a.py", "python3", outcome, "")
    assert data["first_failing"] == {"case": "secret/1", "verdict": "WA", "message": "token 1"}
    assert [case["case"] for case in data["cases"]] == ["secret/1"]
    label = Labelled(program=CHECKER, label="accepted", permitted=frozenset({Verdict.AC}))
    lines = rates_lines(rates([Judged(problem="p", labelled=label, outcome=outcome)]))
    assert lines[0].split() == ["WA"]
    assert lines[1].split() == ["accepted", "1"]
    assert "TPR 0.000 (0/1" in lines[-1]
    assert "TNR – (none)" in lines[-1]


FILTERED = """
import ctypes, errno, os, socket, sys
sys.path.insert(0, sys.argv[1])
import cp_filter
ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)  # no way to new privileges, as in a container
cp_filter.Filter().put_on()
for family in (socket.AF_INET, socket.AF_UNIX):
    try:
        socket.socket(family)
        sys.exit("a socket of family %d" % family)
    except PermissionError as exc:
        assert exc.errno == errno.EPERM
left, right = socket.socketpair()
left.send(b"x")
assert right.recv(1) == b"x"
pid = os.fork()
if not pid:
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
print("held")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="system calls of Linux")
def test_the_filter_refuses_sockets_and_nothing_else() -> None:
    folder = Path(sandbox.__file__).parent / "guest"
    done = subprocess.run([sys.executable, "-c", FILTERED, str(folder)], capture_output=True, text=True, check=False)
    assert done.stdout == "held\n", done.stderr

"""The judge of competitive programming, in containers: every verdict, validators, dialogues, limits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.cp.problem import Group, Program
from tests.support.cp import LIMITS, Judge, case, judge, problem, program, sums

pytestmark = pytest.mark.docker

CPP = "#include <bits/stdc++.h>\nusing namespace std;\nint main(){long a,b;cin>>a>>b;%s cout<<a+b<<endl;%s}\n"
PYTHON = "a, b = map(int, input().split())\n%s\nprint(a + b)\n%s\n"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with judge(tmp_path_factory.mktemp("builds")) as made:
        yield made


@pytest.mark.parametrize(
    ("name", "source", "verdicts"),
    [
        ("right.cpp", CPP % ("", ""), "AC AC"),
        ("right.c", '#include <stdio.h>\nint main(){int a,b;scanf("%d%d",&a,&b);printf("%d",a+b);return 0;}', "AC AC"),
        ("right.py", PYTHON % ("", ""), "AC AC"),
        ("wrong.py", PYTHON % ("a += a == 2", ""), "AC WA"),
        ("more.cpp", CPP % ("", "cout<<7;"), "WA"),
        ("busy.cpp", CPP % ("volatile long x=0; while(a==2)x++;", ""), "AC TLE"),
        ("busy.py", PYTHON % ("while a == 2: pass", ""), "AC TLE"),
        ("right-then-busy.py", PYTHON % ("", "while a == 2: pass"), "AC TLE"),
        ("asleep.cpp", CPP % ("if(a==2) this_thread::sleep_for(chrono::seconds(60));", ""), "AC TLE"),
        ("crash.cpp", CPP % ("if(a==2) abort();", ""), "AC RTE"),
        ("right-then-crash.cpp", CPP % ("", "return a==2;"), "AC RTE"),
        ("crash.py", PYTHON % ("1 // (a - 2)", ""), "AC RTE"),
        ("large.cpp", CPP % ("if(a==2){vector<char> v(1<<28,1); b+=v[b]-1;}", ""), "AC MLE"),
        ("large.py", PYTHON % ("x = bytearray(1 << 28) if a == 2 else 0", ""), "AC MLE"),
        ("endless.cpp", CPP % ('while(a==2) cout<<"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";', ""), "AC OLE"),
        ("endless.py", PYTHON % ("while a == 2: print('x' * 10000)", ""), "AC OLE"),
        ("broken.cpp", "int main(){ return x; }", "CE"),
        ("broken.py", "print(", "CE"),
        ("nothing.cpp", "", "CE"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value[-4:] and "\n" not in value else "",
)
def test_every_verdict(judged: Judge, name: str, source: str, verdicts: str) -> None:
    assert judged.verdicts(sums(), name, source) == verdicts


def test_output_as_long_as_it_may_be_is_no_failure(judged: Judge) -> None:
    answer = "x" * (1 << 20)
    asked = problem([case("1", "", answer)])
    assert judged.verdicts(asked, "fits.py", f"print('x' * {len(answer)}, end='')") == "AC"
    assert judged.verdicts(asked, "over.py", f"print('x' * {len(answer)})") == "OLE"


def test_a_source_over_its_limit_and_a_language_that_is_not_asked_for(judged: Judge) -> None:
    small = sums(limits=replace(LIMITS, code=1))
    assert judged.verdicts(small, "long.py", "#" + "x" * 1024 + "\n" + PYTHON % ("", "")) == "CE"
    assert judged.verdicts(sums(languages=("cpp",)), "right.py", PYTHON % ("", "")) == "CE"


def test_what_the_compiler_says_is_told_and_what_it_made_is_kept(judged: Judge, tmp_path: Path) -> None:
    failed = judged(sums(), "broken.cpp", "int main(){ return undeclared; }")
    assert "undeclared" in failed.compiler
    source = CPP % ("int unused;", "")
    assert [judged(sums(), "kept.cpp", source).outcome.verdict for _ in range(2)] == ["AC", "AC"]
    kept = {path.name for path in judged.desk.cache.folder.iterdir()}
    judged(sums(), "kept.cpp", source)
    assert {path.name for path in judged.desk.cache.folder.iterdir()} == kept


def test_children_count_and_end_with_the_case(judged: Judge) -> None:
    unwaited = (
        "import os, signal, time\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "if not os.fork():\n"
        "    while time.process_time() < 0.9: pass\n    os._exit(0)\n"
        "time.sleep(1.2)\n"
    )
    assert judged.verdicts(sums(1), "children.py", unwaited + PYTHON % ("", "")) == "TLE"
    left = "import os, time\nif not os.fork():\n    time.sleep(100)\n"
    found = judged(sums(1), "left.py", left + PYTHON % ("", ""))
    assert found.outcome.verdict == "AC"
    assert found.outcome.judged["secret/01"].wall_s < 20


def test_arguments_files_and_a_working_directory(judged: Judge) -> None:
    cases = [case("1", "", "5 one", args=("5",), files={"data.txt": b"one"})]
    source = "import sys\nprint(sys.argv[1], open('data.txt').read())\n"
    assert judged.verdicts(problem(cases), "reads.py", source) == "AC"
    writes = "try:\n    open('x', 'w')\n    print('wrote')\nexcept OSError:\n    print('refused')\n"
    assert judged.verdicts(problem([case("1", "", "refused")]), "writes.py", writes) == "AC"
    twice = (
        "import os\nfound = sorted(os.listdir('.'))\nos.makedirs('a/b'); open('a/b/x', 'w').write('1')\n"
        "os.chmod('a', 0)\nprint(*found)\n"
    )
    again = [case(str(number), "", "twice.py") for number in range(3)]
    assert judged.verdicts(problem(again, may_write_files=True), "twice.py", twice) == "AC AC AC"


def test_files_of_a_case_may_be_changed_where_writing_is_allowed(judged: Judge) -> None:
    source = (
        "open('sub/data.txt', 'r+').write('two'); open('sub/new', 'w').close(); open('data.txt', 'a').write('!')\n"
        "print(open('sub/data.txt').read(), open('data.txt').read())\n"
    )
    files = {"sub/data.txt": b"one", "data.txt": b"1"}
    cases = [case(str(number), "", "two 1!", files=files) for number in range(2)]
    assert judged.verdicts(problem(cases, may_write_files=True), "changes.py", source) == "AC AC"
    assert judged.verdicts(problem(cases), "changes.py", source) == "RTE"


def test_a_large_input_is_nobodys_memory(judged: Judge) -> None:
    asked = problem([case("1", "1 2\n" + "x" * (40 << 20), "3"), case("2", "1 2\n", "3")])
    found = judged(
        asked, "right.c", '#include <stdio.h>\nint main(){int a,b;scanf("%d%d",&a,&b);printf("%d",a+b);return 0;}'
    )
    assert found.outcome.verdict == "AC"
    assert found.outcome.memory_mb < 20


def test_standard_streams_can_be_opened_by_name(judged: Judge) -> None:
    source = "a, b = open('/dev/stdin').read().split()\nopen('/dev/stdout', 'w').write(str(int(a) + int(b)))\n"
    assert judged.verdicts(sums(), "names.py", source) == "AC AC"


def test_a_program_of_several_files_with_some_of_the_problem(judged: Judge) -> None:
    files = {
        "main.cpp": b'#include "add.h"\n#include <iostream>\nint main(){int a,b;std::cin>>a>>b;std::cout<<add(a,b);}'
    }
    asked = sums(include={"cpp": {"add.h": b"int add(int,int);\n", "add.cpp": b"int add(int a,int b){return a+b;}\n"}})
    one = Program(name="several", files={**files, "add.h": b"not used\n"}, language="cpp")
    assert judged.desk.judge(asked, one, limit=1.0).outcome.verdict == "AC"


CHECKER = """
import sys
given, answer, folder = (open(path).read() for path in sys.argv[1:3]), None, sys.argv[3]
assert folder.endswith("/")
text = sys.stdin.read().split()
mode = sys.argv[4] if len(sys.argv) > 4 else ""
if mode == "crash": 1 // 0
if mode == "zero": sys.exit(0)
if mode == "hang":
    while True: pass
open(folder + "judgemessage.txt", "w").write("saw " + " ".join(text))
if mode == "score": open(folder + "score.txt", "w").write(text[0])
if mode == "multiplier": open(folder + "score_multiplier.txt", "w").write("0.5")
sys.exit(42 if text and int(text[0]) > 0 else 43)
"""


@pytest.mark.parametrize(
    ("words", "verdict"), [((), "AC"), (("crash",), "JE"), (("zero",), "JE"), (("hang",), "JE"), (("score",), "AC")]
)
def test_what_a_validator_says(judged: Judge, words: tuple[str, ...], verdict: str) -> None:
    limits = replace(LIMITS, validation_time=1)
    checker = program("check.py", CHECKER)
    asked = problem([case("1", "x", "y", validator_args=words)], validator=checker, limits=limits)
    found = judged(asked, "one.py", "print(1)").outcome
    assert found.verdict == verdict
    if not words:
        assert found.judged["secret/1"].message == "saw 1"
        assert judged(asked, "none.py", "print(-1)").outcome.verdict == "WA"
        assert judged(asked, "bad.py", "print(1); 1 // 0").outcome.verdict == "RTE"


def test_a_validator_in_cpp_that_does_not_compile_is_our_failure(judged: Judge) -> None:
    found = judged(problem([case("1", "", "")], validator=program("check.cpp", "int main(")), "one.py", "print(1)")
    assert found.outcome.verdict == "JE"
    assert "validator does not compile" in found.lost


def test_scores_of_groups_and_of_a_validator(judged: Judge) -> None:
    first = Group(name="secret/1", parts=(case("1/a", "1 2", "3"), case("1/b", "5 6", "11")), score=40)
    second = Group(name="secret/2", parts=(case("2/a", "8 9", "17"), case("2/b", "9 9", "18")), score=60)
    data = Group(name="", parts=(Group(name="secret", parts=(first, second), score=100, aggregation="sum"),))
    asked = problem([], data=data, is_scoring=True)
    assert judged(asked, "right.py", PYTHON % ("", "")).outcome.score == 100
    half = judged(asked, "half.py", PYTHON % ("a += a == 5", "")).outcome
    assert (half.score, half.first_failing, len(half.judged)) == (60, "secret/1/b", 4)
    cases = (case("a", "", "", validator_args=("score",)), case("b", "", "", validator_args=("multiplier",)))
    data = Group(name="", parts=(Group(name="secret", parts=cases, score=100, aggregation="sum"),))
    asked = problem([], data=data, is_scoring=True, validator=program("check.py", CHECKER))
    assert judged(asked, "seven.py", "print(7)").outcome.score == 7 + 25


GUESS = """
#include <cstdio>
#include <cstring>
#include <unistd.h>
int main(int argc, char **argv) {
    int secret, guess, tries = 0;
    FILE *given = fopen(argv[1], "r");
    if (fscanf(given, "%d", &secret) != 1) return 1;
    printf("guess\\n"); fflush(stdout);
    if (argc > 4 && !strcmp(argv[4], "close")) { fclose(stdout); }
    while (scanf("%d", &guess) == 1) {
        if (guess == secret) { printf("right\\n"); fflush(stdout); return 42; }
        if (++tries > 20) return 43;
        printf(guess < secret ? "more\\n" : "less\\n"); fflush(stdout);
    }
    return 43;
}
"""
SEARCH = """
low, high = 1, 1000
assert input() == "guess"
while True:
    middle = (low + high) // 2
    print(middle, flush=True)
    said = input()
    if said == "right": break
    if said == "more": low = middle + 1
    else: high = middle - 1
"""


@pytest.mark.parametrize(
    ("name", "source", "verdict"),
    [
        ("search.py", SEARCH, "AC"),
        ("linear.py", "input()\nfor n in range(1, 1001):\n    print(n, flush=True)\n    input()\n", "WA"),
        ("gives-up.py", "input()\nprint(1)\n", "WA"),
        ("silent.py", "input()\ninput()\n", "TLE"),
        ("crash.py", "input()\n1 // 0\n", "RTE"),
        ("exit.cpp", "#include <cstdlib>\nint main(){_Exit(3);}", "RTE"),
        ("busy.cpp", "int main(){volatile long x=0;for(;;)x++;}", "TLE"),
        ("goes-on.py", SEARCH + "\nwhile True: pass", "TLE"),
        ("waits.py", SEARCH + "\ninput()", "RTE"),
        ("floods.py", "while True: print(1)", "WA"),
        ("right-then-crash.py", SEARCH + "\n1 // 0", "RTE"),
        ("right-then-talks.py", SEARCH + "\nimport time\ntime.sleep(0.3)\nprint('x' * (3 << 20), flush=True)", "AC"),
        ("right-then-floods.py", SEARCH + "\nwhile True: print(1)", "TLE"),
    ],
)
def test_dialogues(judged: Judge, name: str, source: str, verdict: str) -> None:
    asked = problem([case("1", "777", "")], validator=program("guess.cpp", GUESS), is_interactive=True)
    assert judged.verdicts(asked, name, source) == verdict


def test_all_questions_may_be_sent_before_an_answer_is_read(judged: Judge) -> None:
    source = '#include <cstdio>\nint main(){int c;while((c=getchar())!=10)putchar(c);puts("");return 42;}'
    echo = program("echo.cpp", source)
    asked = problem([case("1", "", "")], validator=echo, is_interactive=True)
    source = "print('x' * 300_000, flush=True)\nassert len(input()) == 300_000\n"
    assert judged.verdicts(asked, "at-once.py", source) == "AC"


def test_an_interactor_that_closes_its_end_is_heard(judged: Judge) -> None:
    cases = [case("1", "5", "", validator_args=("close",))]
    asked = problem(cases, validator=program("guess.cpp", GUESS), is_interactive=True)
    source = "import sys\nassert sys.stdin.read() == 'guess\\n'\nprint(5)\n"
    assert judged.verdicts(asked, "all.py", source) == "AC"


def test_an_interactor_that_fails_is_our_failure(judged: Judge) -> None:
    broken = program("broken.py", "import sys\ninput()\nsys.exit(1)\n")
    asked = problem([case("1", "", "")], validator=broken, is_interactive=True)
    assert judged.verdicts(asked, "speaks.py", "print(1, flush=True)\ninput()\n") == "JE"


@pytest.mark.parametrize(
    ("is_interactive", "validator", "source"),
    [
        (False, "import time\ntime.sleep(100)", "print(1)"),
        (True, "import time\ninput()\ntime.sleep(100)", "print(1)"),
        (True, "while True: pass", "input()"),
    ],
)
def test_a_validator_that_hangs_is_our_failure_and_soon(
    judged: Judge, is_interactive: bool, validator: str, source: str
) -> None:
    asked = problem(
        [case("1", "", "")],
        limits=replace(LIMITS, validation_time=1),
        validator=program("hangs.py", validator),
        is_interactive=is_interactive,
    )
    began = time.monotonic()
    assert judged.verdicts(asked, "fine.py", source, limit=2.0) == "JE"
    assert time.monotonic() - began < 30


def test_the_first_failure_ends_the_judging(judged: Judge) -> None:
    found = judged(sums(4), "second.py", PYTHON % ("a += a == 2", "")).outcome
    assert list(found.judged) == ["secret/01", "secret/02"]
    every = judged(sums(4), "second.py", PYTHON % ("a += a == 2", ""), all_cases=True).outcome
    assert (len(every.judged), every.first_failing) == (4, "secret/02")

"""The rough rung: mistyped words, other wordings, long threads, tools that falter; all by seed."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import schema
from sandbox.chatter import chatter
from sandbox.condition import CONDITIONS, Condition, Noise, ToolFaults
from sandbox.condition_file import load_conditions
from sandbox.course import next_stage
from sandbox.detect.injected import injected
from sandbox.errors import BadInput
from sandbox.llm.scripted import ScriptedClient
from sandbox.loader import load_task
from sandbox.noise import DIVIDER, buried, mistyped
from sandbox.plan import Trial, make_plan, parse_candidate
from sandbox.replay_check import output_problem
from sandbox.task import Bug, Task, Wording
from sandbox.tool_faults import CUT, FAILED, TIMEOUT, Faltering, answer_of
from tests.support.builders import Log, make_task, make_task_folder
from tests.unit.test_faults import Trial as Played

ROUGH = CONDITIONS["rough"]
BUGS = (
    Bug(id="escape", tests=("a.py::one",), report="Slashes are lost."),
    Bug(id="index", tests=("b.py::three",), report="The last item is missing."),
)
GERMAN = Wording(instruction="Bitte anschauen.\n", reports={"escape": "Schrägstriche fehlen."})


def trial(condition: Condition, task: Task | None = None, *, repeat: int = 0, candidate: str = "nop") -> Trial:
    task = task or make_task(bugs=BUGS, rung="loop")
    names = [parse_candidate(f"scripted:{candidate}")]
    return make_plan([task], names, [condition.name], repeat + 1, known={condition.name: condition}).trials[repeat]


def told(of: Trial) -> str:
    stage = next_stage(of, None, [])
    assert stage is not None
    return stage.text


# --- typos ---

LETTER = """\
Once more the parser returns nothing where xmltodict should return something. See `parser returns`,
and "quoted words here", the parse_all function, or what pathlib gives; Path.name stays as well:

    indented words stay exactly

It's the same with Markdown (really) since version2, which returns None there."""


def test_only_words_of_people_are_mistyped() -> None:
    slipped = mistyped(LETTER, 1.0, random.Random(1), ["xmltodict"])
    for kept in ("xmltodict", "`parser returns`", '"quoted words here"', "parse_all", "Path.name", "version2", "None"):
        assert kept in slipped
    assert "    indented words stay exactly\n" in slipped
    # Words that are code elsewhere in the text.
    assert " parser returns nothing" not in mistyped("the parser returns nothing", 1.0, random.Random(1))
    assert "the parser returns " in slipped
    assert "something" not in slipped
    assert "Markdown" not in slipped


@given(st.text(alphabet="abcdefgh ABC_.`'\"\n<>1ä(", max_size=300), st.floats(0, 1), st.integers(0, 99))
def test_typos_keep_words_lines_and_first_letters(text: str, rate: float, seed: int) -> None:
    slipped = mistyped(text, rate, random.Random(seed))
    assert len(slipped.split()) == len(text.split())
    assert [word[0] for word in slipped.split()] == [word[0] for word in text.split()]
    assert slipped.count("\n") == text.count("\n")
    assert 0 <= len(text) - len(slipped) <= len(text.split())


def test_the_rate_is_about_that_of_words() -> None:
    words = " ".join(["something"] * 2000)
    hit = sum(word != "something" for word in mistyped(words, 0.2, random.Random(7)).split())
    assert 320 < hit < 480
    assert mistyped(words, 0.0, random.Random(7)) == words


# --- threads ---


def test_a_thread_is_as_long_as_asked_and_the_task_stands_below() -> None:
    assert 300 <= len(chatter(300, random.Random(1)).split()) < 420
    text = buried("Mend it.", 50, random.Random(1))
    assert text.endswith(f"\n\n{DIVIDER}\n\nMend it.")
    assert "{" not in chatter(5000, random.Random(2))
    assert buried("Mend it.", 0, random.Random(1)) == "Mend it."


# --- what is told ---


def test_the_same_for_all_candidates_other_for_each_repeat_and_seed() -> None:
    assert told(trial(ROUGH)) == told(trial(ROUGH, candidate="oracle"))
    assert told(trial(ROUGH)) != told(trial(ROUGH, repeat=1))
    other = Condition(name="rough", stands_on="rough", noise=ROUGH.noise, seed=ROUGH.seed + 1)
    assert told(trial(ROUGH)) != told(trial(other))
    assert trial(ROUGH).rung == "rough"


def test_a_task_is_asked_in_one_of_its_wordings() -> None:
    german = Condition(name="de", stands_on="rough", noise=Noise(wordings=("fr", "de")))
    task = make_task(bugs=BUGS, rung="loop", wordings={"de": GERMAN})
    assert told(trial(german, task)) == "Bitte anschauen.\n\nSchrägstriche fehlen.\n\nThe last item is missing."
    assert told(trial(german)) == "Make it work.\n\nSlashes are lost.\n\nThe last item is missing."
    both = Condition(name="both", stands_on="rough", noise=Noise(wordings=("de", "terse")))
    task = make_task(wordings={"de": GERMAN, "terse": Wording(instruction="fix it")})
    assert {told(trial(both, task, repeat=repeat)) for repeat in range(9)} == {"fix it", "Bitte anschauen.\n"}


def test_in_the_loop_each_complaint_is_noisy_and_the_thread_comes_once() -> None:
    rough = CONDITIONS["rough-loop"]
    log = Log()
    log.check(bugs={"escape": "F", "index": "F"})
    one = trial(rough, make_task(bugs=BUGS, rung="loop", wordings={"de": GERMAN}))
    first = next_stage(one, None, log.events)
    second = next_stage(one, first, log.events)
    assert first is not None
    assert second is not None
    assert [DIVIDER in stage.text for stage in (first, second)] == [True, False]
    assert "fehlen" in second.text or "Schr" in second.text
    assert (one.rung, one.rounds) == ("rough", 8)


def test_problems_are_left_out_of_noise() -> None:
    kernel = load_task(Path(__file__).parents[2] / "tasks" / "ladder" / "kernels" / "semverprereleaseorder")
    assert "is asked for as it is" in str(ROUGH.misses(kernel))
    assert "stands on kernel alone" in str(Condition(name="x", stands_on="rough").misses(kernel))


# --- wordings on disk ---


def test_wordings_are_read_with_the_report_of_each_bug(tmp_path: Path) -> None:
    text = "Bitte anschauen.\n\n## escape\nSchrägstriche\nfehlen.\n\n## index  \n\nDas Letzte fehlt.\n"
    task = load_task(make_task_folder(tmp_path, files={"rough/de.md": text, "rough/terse.md": "fix\n"}))
    assert task.wordings["de"].instruction == "Bitte anschauen.\n\n"
    assert task.wordings["de"].reports == {"escape": "Schrägstriche\nfehlen.", "index": "Das Letzte fehlt."}
    assert task.wordings["terse"] == Wording(instruction="fix\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Da.\n## moon\nHm.\n", "## moon: is no bug of the task (known: escape, index)"),
        ("Da.\n## index\nA.\n## index\nB.\n", "## index: is there twice"),
        ("## index\nA.\n", "says nothing before the first ##"),
        (" \n", "is empty"),
    ],
)
def test_a_wording_that_does_not_fit_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_task(make_task_folder(tmp_path, files={"rough/de.md": text}))
    assert words in str(caught.value)
    assert "de.md" in str(caught.value)


# --- tools that falter ---


def faltering(seed: int = 1, **rates: float) -> Faltering:
    return Faltering({"*": ToolFaults(**rates)}, random.Random(seed))


def test_a_call_that_went_wrong_goes_well_when_it_is_made_again() -> None:
    tools = faltering(timeout=1.0)
    kinds = [tools.next("bash", {"command": "ls"}) for _ in range(4)]
    assert kinds == [TIMEOUT, None, TIMEOUT, None]
    assert tools.next("bash", {"command": "pwd"}) == TIMEOUT


def test_to_hand_in_never_falters_and_tools_have_rates_of_their_own() -> None:
    tools = Faltering({"*": ToolFaults(fail_once=1.0), "search": ToolFaults()}, random.Random(1))
    kinds = [tools.next(name, {}) for name in ("submit", "submit_solution", "search", "read_file")]
    assert kinds == [None, None, None, FAILED]


def test_what_becomes_of_a_call_hangs_on_its_number_alone() -> None:
    def kinds(calls: list[str]) -> list[str | None]:
        tools = faltering(timeout=0.2, fail_once=0.2, cut=0.2)
        return [tools.next("bash", {"command": name}) for name in calls]

    one, other = kinds([f"a{number}" for number in range(200)]), kinds([f"b{number}" for number in range(200)])
    assert one == other
    assert {kind: one.count(kind) > 20 for kind in (TIMEOUT, FAILED, CUT)} == {TIMEOUT: True, FAILED: True, CUT: True}


def as_returned(answer: dict[str, Any]) -> dict[str, Any]:
    event = {"v": 1, "seq": 1, "t": 0, "at": "2026-01-01T00:00:00.000Z", "kind": "tool.returned", "cause": 0}
    schema.check("event.v1", {**event, "data": {"call": "c", **answer}}, file="x")
    return answer


@pytest.mark.parametrize("kind", [TIMEOUT, FAILED])
def test_a_call_that_was_not_run_says_so_in_the_log(kind: str) -> None:
    answer = as_returned(answer_of(kind))
    assert answer["injected"] == kind
    assert output_problem(answer) is None


def test_a_cut_result_is_its_beginning() -> None:
    output = "".join(f"line {number}\n" for number in range(50))
    data = output.encode()
    whole: dict[str, Any] = {"status": "ok", "output": output, "exit_code": 0, "bytes": len(data), "truncated": False}
    whole |= {"sha256": hashlib.sha256(data).hexdigest(), "replaced": False, "seconds": 0.1}
    answer = as_returned(faltering().cut(whole))
    assert output.startswith(answer["output"])
    assert 0.15 * len(output) < len(answer["output"]) < 0.65 * len(output)
    assert output_problem(answer) is None
    assert faltering().cut({**whole, "output": "short"}) == {**whole, "output": "short"}


def test_recovery_is_counted_and_the_candidate_is_not_blamed() -> None:
    lost: dict[str, Any] = {"tree": "", "status": "killed", "exit_code": None, "injected": FAILED}
    played = Played().run("bash", {"command": "ls src"}, "gone", **lost).run("bash", {"command": "ls src"})
    played.run("read_file", {"path": "a.py"}, "half", injected=CUT).run("read_file", {"path": "a.py"}, "half")
    played.run("bash", {"command": "make test"}, "", **{**lost, "status": "timeout", "injected": TIMEOUT})
    assert injected(played.log.events) == {"calls": 3, "recovered": 2, "kinds": {CUT: 1, FAILED: 1, TIMEOUT: 1}}
    assert [call.labels for call in played.facts().calls] == [()] * 5
    assert injected(Played().run("bash", {"command": "ls"}).log.events) is None


def test_a_call_the_harness_did_not_run_changed_nothing() -> None:
    listing = {"command": "ls"}
    lost: dict[str, Any] = {"tree": "", "status": "timeout", "injected": TIMEOUT}
    played = Played().run("bash", listing).run("bash", {"command": "pwd"}, "", **lost).run("bash", listing)
    assert played.facts().calls[2].labels == ("repeated-call",)


async def _asked(client: ScriptedClient, *contents: str) -> list[str]:
    said = []
    for content in contents:
        answer = await client.ask([{"role": "tool", "content": content}], [])
        said.append(answer.document["choices"][0]["message"]["content"])
    return said


@pytest.mark.anyio
async def test_the_oracle_tries_again_what_was_stopped() -> None:
    turns = [{"content": "one"}, {"content": "two"}]
    stopped = "lost\n[stopped from outside]"
    assert await _asked(ScriptedClient(turns, persistent=True), "", stopped, "fine") == ["one", "one", "two"]
    assert await _asked(ScriptedClient(turns), "", stopped, "fine") == ["one", "two", "I am done."]


# --- the file ---


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[x]\nnoise = { typos = 0.1 }\n", "x.rung: with noise or faults"),
        ('[x]\nrung = "rough"\nnoise = { typos = 2 }\n', "x.noise.typos: "),
        ('[x]\nrung = "rough"\nfaults = { "*" = { timeout = 0.6, cut = 0.6 } }\n', "x.faults.*: the chances"),
        ('[x]\nrung = "rough"\nfaults = { "*" = { sulk = 0.6 } }\n', "sulk: unknown key"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "conditions.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput) as caught:
        load_conditions(path)
    assert words in str(caught.value)

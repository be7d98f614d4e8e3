"""From a log to a sequence: what counts as a checkpoint, what is checked, what is confirmed, what did it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.detect.oscillation import detect
from sandbox.probing import MOST_OWN, unjudged
from sandbox.story import read_story
from sandbox.trajectory import RUNS, counted, narrowed, settled, trajectory
from tests.support.played import Played, facts, statuses, tree_hash

BUGS = {"a": None, "b": None}
# start: nothing is right. one: a. two: b. both: both.
TABLE = {
    "start": {"a": "F", "b": "F", "g": "P"},
    "one": {"a": "P", "b": "F", "g": "P"},
    "two": {"a": "F", "b": "P", "g": "P"},
    "both": {"a": "P", "b": "P", "g": "P"},
    "torn": {"a": "F", "b": "F", "g": "F"},
}


def loop(*trees: str) -> Played:
    played = Played(bugs=BUGS, guards=("g",), rounds=8)
    for index, tree in enumerate(trees):
        played.begin(f"round-{index + 1}", index)
        played.call(tree)
        played.end(tree, index=index)
    return played


def test_an_alternator_is_seen_and_what_did_it() -> None:
    played = loop("one", "two", "one").probe(statuses(TABLE))
    story = read_story(played.log.events)
    _, found = settled(story)
    assert facts(found)["flips"] == [
        ("fix", "a", -1, 0),
        ("reintroduction", "a", 0, 1),
        ("fix", "a", 1, 2),
        ("fix", "b", 0, 1),
        ("reintroduction", "b", 1, 2),
    ]
    back = next(flip for flip in found.flips if flip.kind == "reintroduction")
    place = narrowed(story, back).place
    assert place is not None
    assert story.states[place].tree == tree_hash("two")
    assert story.states[place].call == "c2"


def test_every_side_of_a_flip_is_run_three_times_and_no_tree_more_often_than_that() -> None:
    played = loop("one", "two", "one").probe(statuses(TABLE))
    story = read_story(played.log.events)
    for tree in ("start", "one", "two"):
        assert story.runs(tree_hash(tree), 0, "a") == RUNS
    assert len(played.asked) == 3 * RUNS
    assert all(want.units is None for want in played.asked), "a confirmation looks like a first check"


def test_what_went_back_and_forth_is_charged_to_the_call_that_broke_it_for_good() -> None:
    played = loop("one")
    played.begin("round-2", 1)
    for tree in ("good0", "torn", "good1", "bad", "bad1"):
        played.call(tree)
    played.end("bad1", index=1)
    table = {"good0": TABLE["one"], "good1": TABLE["one"], "bad": TABLE["two"], "bad1": TABLE["two"]}
    story = read_story(played.probe(statuses(TABLE | table)).log.events)
    back = next(flip for flip in settled(story)[1].flips if flip.kind == "reintroduction")
    where = narrowed(story, back)
    assert where.scanned
    assert where.place is not None
    assert story.states[where.place].call == "c5"


def test_one_that_passes_now_and_then_is_unstable_and_no_event() -> None:
    def judge(tree: str, unit: str, time: int) -> str:
        return "PF"[time % 2] if (tree, unit) == ("two", "b") else TABLE[tree][unit]

    _, found = settled(read_story(loop("one", "two", "one").probe(judge).log.events))
    assert all(unit == "a" for _, unit, _, _ in facts(found)["flips"])
    assert found.unstable_units == 1


def test_a_flip_that_was_seen_once_is_no_event() -> None:
    played = loop("one", "two")
    for tree in ("start", "one", "two"):
        played.log.check(source=tree_hash(tree), bugs={unit: TABLE[tree][unit] for unit in BUGS}, guards={"g": "P"})
    found = read_story(played.log.events)
    assert len(detect(trajectory(found)).flips) == 3
    assert settled(found)[1].flips == ()


def test_a_check_that_was_forged_says_nothing() -> None:
    played = loop("one")
    played.log.check(source=tree_hash("start"), bugs={"a": "F", "b": "F"}, guards={"g": "P"})
    played.log.check(source=tree_hash("one"), bugs={"a": "P", "b": "P"}, guards={"g": "P"}, tampering=["forged"])
    assert settled(read_story(played.log.events))[1].flips == ()


def test_own_tests_and_commits_count_where_code_can_be_imported() -> None:
    played = Played(bugs=BUGS, guards=("g",))
    played.begin("main", 0)
    played.call("start", own="tests")
    played.call("one", own="tests")
    played.call("torn", own="tests")
    played.call("two", own="commit")
    played.call("two", own="tests")
    played.call("both", own="tests")
    played.end("both")
    played.probe(statuses(TABLE), imports=lambda tree: tree != "torn")
    story = read_story(played.log.events)
    assert [(mark.tier, story.tree_of(mark)) for mark in counted(story)] == [
        ("T1", tree_hash("one")),
        ("T1", tree_hash("two")),
        ("T0", tree_hash("both")),
    ]
    assert settled(story)[1].reintroductions == 1


REVERTS = [
    ("git stash", "git stash pop"),
    ("git stash", "git checkout stash@{0} -- ."),
    ("cp /tmp/lib.orig lib.py", "cp /tmp/lib.mine lib.py"),
    ("python -c \"import subprocess; subprocess.run(['git', 'checkout', '.'])\"", "sh /tmp/again.sh"),
]


@pytest.mark.parametrize(("away", "back"), REVERTS)
def test_a_deliberate_revert_to_look_is_no_event(away: str, back: str) -> None:
    played = Played(bugs=BUGS, guards=("g",), rounds=8)
    played.begin("round-1", 0)
    played.call("one")
    played.call("start", command=away)
    played.call("start", command="python -m pytest", own="tests")
    played.call("one", command=back)
    played.call("one", command="python -m pytest", own="tests")
    played.end("one")
    _, found = settled(read_story(played.probe(statuses(TABLE)).log.events))
    assert facts(found)["flips"] == [("fix", "a", -1, 0)]
    assert found.cycles.total == 0


def test_a_revert_in_front_of_a_rewrite_excuses_nothing() -> None:
    played = Played(bugs=BUGS, guards=("g",), rounds=8)
    played.begin("round-1", 0)
    played.call("one", own="tests")
    played.call("two", command="git checkout -q lib.py; cat > lib.py <<'X'\nnew\nX", own=None)
    played.call("two", command="python -m pytest", own="tests")
    played.call("both", command="cat > lib.py <<'X'\nnewer\nX")
    played.end("both")
    _, found = settled(read_story(played.probe(statuses(TABLE)).log.events))
    assert found.reintroductions == 1


def test_who_writes_an_earlier_version_anew_takes_nothing_back() -> None:
    played = Played(bugs=BUGS, guards=("g",), rounds=8)
    played.begin("round-1", 0)
    for tree in ("one", "two", "one", "two"):
        played.call(tree, command=f"cat > lib.py <<'X'\n{tree}\nX", own="tests")
    played.end("two")
    _, found = settled(read_story(played.probe(statuses(TABLE)).log.events))
    assert found.reintroductions == 3


def test_a_revert_that_is_handed_in_is_what_was_handed_in() -> None:
    played = loop("one")
    played.begin("round-2", 1)
    played.call("start", command="git checkout .")
    played.end("start", index=1)
    _, found = settled(read_story(played.probe(statuses(TABLE)).log.events))
    assert (found.reintroductions, found.cycles.total, found.cycles.harmful) == (1, 1, 1)


def test_a_turn_that_was_cut_off_is_no_checkpoint() -> None:
    played = loop("one")
    played.begin("round-2", 1)
    played.call("torn")
    played.end("torn", index=1, reason="limit")
    trail, found = settled(read_story(played.probe(statuses(TABLE)).log.events))
    assert trail.truncated
    assert (found.regressions, found.reintroductions, len(trail.checkpoints)) == (0, 0, 1)


def test_what_broke_it_is_found_by_halving() -> None:
    table = {f"good{number}": TABLE["one"] for number in range(20)} | {
        f"bad{number}": TABLE["torn"] for number in range(20)
    }
    played = loop("one")
    played.begin("round-2", 1)
    for number in range(20):
        played.call(f"good{number}")
    for number in range(20):
        played.call(f"bad{number}")
    played.end("bad19", index=1)
    played.probe(statuses(TABLE | table))
    story = read_story(played.log.events)
    _, found = settled(story)
    for flip in found.flips:
        if flip.kind != "fix":
            where = narrowed(story, flip)
            assert where.place is not None
            assert not where.scanned
            assert story.states[where.place].tree == tree_hash("bad0")
    assert sum(want.purpose == "locate" for want in played.asked) <= 6


def test_a_candidate_that_tests_all_the_time_is_not_judged_all_the_time() -> None:
    played = Played(bugs=BUGS, guards=("g",))
    played.begin("main", 0)
    for number in range(100):
        played.call(f"good{number}", own="tests")
    played.end("both")
    played.probe(statuses(TABLE | {f"good{number}": TABLE["one"] for number in range(100)}))
    assert sum(want.purpose == "state" for want in played.asked) == MOST_OWN + 1


def test_an_alternation_is_not_sampled_away() -> None:
    played = Played(bugs=BUGS, guards=("g",))
    played.begin("main", 0)
    for number in range(96):
        played.call(f"{'one' if number % 2 else 'two'}{number}", own="tests")
    played.end("both")
    table = {f"one{number}": TABLE["one"] for number in range(96)} | {
        f"two{number}": TABLE["two"] for number in range(96)
    }
    story = read_story(played.probe(statuses(TABLE | table)).log.events)
    assert unjudged(story) == 96 - MOST_OWN
    assert settled(story)[1].reintroductions > 3


def test_equal_trees_are_judged_however_often_they_are_tested() -> None:
    played = Played(bugs=BUGS, guards=("g",))
    played.begin("main", 0)
    for number in range(96):
        played.call("one" if number % 2 else "two", command=f"sed -i s/x/{number}/ lib.py", own="tests")
    played.end("both")
    story = read_story(played.probe(statuses(TABLE)).log.events)
    assert unjudged(story) == 0
    assert settled(story)[1].reintroductions == 95


def test_a_bug_whose_tests_cannot_be_collected_on_the_way_is_not_known_there() -> None:
    played = Played(bugs=BUGS, guards=("g",), rounds=8)
    played.begin("round-1", 0)
    played.call("one", own="tests")
    played.call("torn", own="tests")
    played.call("both", own="tests")
    played.end("both")
    missing = {"torn": {"a": "missing", "b": "missing", "g": "missing"}}
    _, found = settled(read_story(played.probe(statuses(TABLE), outcomes=missing).log.events))
    assert (found.reintroductions, found.regressions, found.fixes) == (0, 0, 2)


def test_a_file_that_is_no_python_is_work_in_progress() -> None:
    played = Played(bugs=BUGS, guards=("g",), rounds=8)
    played.begin("round-1", 0)
    played.call("one", own="tests")
    played.call("torn", own="tests")
    played.call("both", own="tests")
    played.end("both")
    story = read_story(played.probe(statuses(TABLE), unparsable={"torn": ["lib.py"]}).log.events)
    assert [story.tree_of(mark) for mark in counted(story)] == [tree_hash("one"), tree_hash("both")]


def test_in_a_chain_it_was_the_code_that_changed_and_not_the_question() -> None:
    """In the second step the test of `a` wants something else, which the first fix never gave."""
    played = Played(bugs={"a": "s0", "b": "s1"}, steps=("s0", "s1"))
    for index in (0, 1):
        played.begin(f"s{index}", index)
        played.call("one")
        played.end("one", index=index)
    story_judge = {("one", 0, "a"): "P", ("one", 1, "a"): "F"}

    def judge_at(exam: int):  # type: ignore[no-untyped-def]
        return lambda tree, unit, time: story_judge.get((tree, exam, unit), "F")

    answer = played._answer
    played._answer = lambda want, judge, imports: answer(want, judge_at(want.exam), imports)  # type: ignore[method-assign]
    played.probe(statuses(TABLE))
    _, found = settled(read_story(played.log.events))
    assert facts(found)["flips"] == [("fix", "a", -1, 0)]


@given(
    st.lists(st.sampled_from(["one", "two", "both", "torn", "start"]), min_size=1, max_size=8),
    st.sets(st.tuples(st.sampled_from(["one", "two", "both"]), st.sampled_from("ab"))),
)
def test_whatever_happens_it_comes_to_an_end_and_only_confirmed_flips_are_events(
    trees: list[str], shaky: set[tuple[str, str]]
) -> None:
    def judge(tree: str, unit: str, time: int) -> str:
        return "PF"[time % 2] if (tree, unit) in shaky else TABLE[tree][unit]

    story = read_story(loop(*trees).probe(judge).log.events)
    trail, found = settled(story)
    for flip in found.flips:
        for place in (flip.before, flip.after):
            tree = bytes.fromhex(trail.states[place + 1].tree).lstrip(b"\0").decode()
            assert (tree, flip.unit) not in shaky
    if not shaky:
        assert found.flips == detect(trajectory(story)).flips

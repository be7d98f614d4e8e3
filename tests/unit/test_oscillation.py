"""Bugs that come back: the definitions, read a second time and without bits, and cases worked out by hand."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.detect.oscillation import (
    Checkpoint,
    Distance,
    Findings,
    Snapshot,
    Trajectory,
    Unit,
    as_record,
    detect,
    only,
    scored,
)


def checkpoint(place: int, statuses: dict[str, str], **more: Any) -> Checkpoint:
    rest = {"tier": "T0", "step": place, "tree": f"t{place}", "calls": 3 * place, "tokens": 10 * place, **more}
    return Checkpoint(statuses=statuses, **rest)


def trial(bugs: dict[str, str], guards: dict[str, str] | None = None, **more: Any) -> Trajectory:
    """A trial by the sequence of each unit, from the start on; - where it is missing."""
    letters = {**bugs, **(guards or {})}
    length = max(map(len, letters.values()), default=1)
    states = [
        checkpoint(place - 1, {name: text[place] for name, text in letters.items() if text[place] != "-"})
        for place in range(length)
    ]
    units = [Unit(name=name, kind="bug" if name in bugs else "guard") for name in letters]
    return Trajectory(units=tuple(units), start=states[0], checkpoints=tuple(states[1:]), **more)


def snapshots(*rows: tuple[str, str | None, int | None, bool]) -> tuple[Snapshot, ...]:
    return tuple(Snapshot(tree=tree, code=code, checkpoint=at, reverted=back) for tree, code, at, back in rows)


# --- the definitions, read literally -----------------------------------------------------------------------------


def told(trajectory: Trajectory, name: str) -> list[tuple[int, str]]:
    """A unit's sequence: what is skipped, unstable or missing has left it."""
    states = enumerate([trajectory.start, *trajectory.checkpoints], start=-1)
    return [(index, state.statuses[name]) for index, state in states if state.statuses.get(name) in ("P", "F")]


def told_flips(trajectory: Trajectory, unit: Unit) -> list[tuple[str, int, int]]:
    found, has_fix = [], False
    for (before, one), (after, other) in pairwise(told(trajectory, unit.name)):
        if one + other == "FP":
            has_fix = True
            found.append(("fix", before, after))
        elif one + other == "PF":
            back = has_fix and unit.kind == "bug"
            found.append(("reintroduction" if back else "regression", before, after))
    return found


def told_hazards(trajectory: Trajectory) -> tuple[tuple[int, int], tuple[int, int]]:
    after_fix, untouched = [0, 0], [0, 0]
    for unit in trajectory.units:
        fixed = False
        for (_, one), (_, other) in pairwise(told(trajectory, unit.name)):
            if one == "P" and not fixed:
                untouched = [untouched[0] + (other == "F"), untouched[1] + 1]
            elif one == "P" and unit.kind == "bug":
                after_fix = [after_fix[0] + (other == "F"), after_fix[1] + 1]
            fixed = fixed or one + other == "FP"
    return (after_fix[0], after_fix[1]), (untouched[0], untouched[1])


def told_index(trajectory: Trajectory, bugs: list[Unit]) -> float | None:
    flips = moved = 0
    for bug in bugs:
        letters = [letter for _, letter in told(trajectory, bug.name)]
        changes = sum(one != other for one, other in pairwise(letters))
        flips += changes
        moved += bool(changes) and letters[0] != letters[-1]
    return 1 - moved / flips if flips else None


def told_alternation(trajectory: Trajectory, one: str, other: str) -> int:
    sides = []
    for state in (trajectory.start, *trajectory.checkpoints):
        pair = state.statuses.get(one, "-") + state.statuses.get(other, "-")
        if pair in ("PF", "FP"):
            sides.append(pair)
    return sum(before != after for before, after in pairwise(sides))


def told_alternation_max(trajectory: Trajectory, bugs: list[Unit]) -> int | None:
    if len(bugs) < 2:
        return None
    came_back = {bug.name for bug in bugs if any(kind == "reintroduction" for kind, *_ in told_flips(trajectory, bug))}
    pairs = [(a.name, b.name) for a, b in combinations(bugs, 2) if {a.name, b.name} & came_back]
    return max((told_alternation(trajectory, *pair) for pair in pairs), default=0)


def told_returns(states: list[tuple[str, int | None, int]]) -> set[int]:
    """Places at which a state that was there before, with a different one in between, is first at a checkpoint."""
    found = set()
    for j, (what, at, place) in enumerate(states):
        entry = j
        while entry and states[entry - 1][0] == what:
            entry -= 1
        first = not any(states[k][1] is not None for k in range(entry, j))
        if at is not None and first and any(states[i][0] == what for i in range(entry)):
            found.add(place)
    return found


def told_cycles(trajectory: Trajectory) -> tuple[set[int], set[int]]:
    kept = [
        (one, place) for place, one in enumerate(trajectory.snapshots) if one.checkpoint is not None or not one.reverted
    ]
    text = [(trajectory.start.tree, None, -1), *((one.tree, one.checkpoint, place) for one, place in kept)]
    code = [(trajectory.start.code, None, -1), *((one.code, one.checkpoint, place) for one, place in kept)]
    return told_returns(text), told_returns([(what, at, place) for what, at, place in code if what is not None])


def told_harm(trajectory: Trajectory, places: set[int]) -> int:
    harmful = 0
    for place in places:
        at = trajectory.snapshots[place].checkpoint
        assert at is not None
        state = trajectory.checkpoints[at]
        asked = [u for u in trajectory.units if u.kind == "bug" and (u.step is None or u.step <= state.step)]
        harmful += any(state.statuses.get(unit.name) in ("F", "S", "U") for unit in asked)
    return harmful


def told_durations(trajectory: Trajectory, bug: Unit) -> list[tuple[int, int, bool]]:
    flips = told_flips(trajectory, bug)
    rows = []
    for place, (kind, _, after) in enumerate(flips):
        if kind == "fix":
            lost = flips[place + 1][2] if place + 1 < len(flips) else None
            until = told(trajectory, bug.name)[-1][0] if lost is None else lost
            rows.append((after, until - after, lost is not None))
    return rows


# --- against what is made up -------------------------------------------------------------------------------------


@st.composite
def trajectories(draw: st.DrawFn, letters: str = "PPPPFFFFSU-") -> Trajectory:
    count, length = draw(st.integers(0, 5)), draw(st.integers(0, 9))
    steps = draw(st.lists(st.integers(0, 2), min_size=length + 1, max_size=length + 1).map(sorted))
    chain = draw(st.booleans())
    units = [
        Unit(
            name=f"u{place}",
            kind=draw(st.sampled_from(("bug", "bug", "guard"))),
            step=draw(st.integers(0, 2)) if chain else None,
        )
        for place in range(count)
    ]
    trees, codes = st.sampled_from("abc"), st.sampled_from(("x", "y", None))
    states = []
    for place in range(length + 1):
        row = draw(st.text(letters, min_size=count, max_size=count))
        statuses = {unit.name: letter for unit, letter in zip(units, row, strict=True) if letter != "-"}
        tier = draw(st.sampled_from(("T0", "T0", "T1")))
        failing = draw(st.none() | st.sampled_from((("a",), ("b",), ())))
        more = {"tier": tier, "step": steps[place], "tree": draw(trees), "code": draw(codes), "failing": failing}
        states.append(checkpoint(place, statuses, **more))
    inner = st.lists(st.tuples(trees, codes, st.none(), st.booleans()), max_size=2)
    saved = [
        row for place in range(length) for row in (*draw(inner), (draw(trees), draw(codes), place, draw(st.booleans())))
    ]
    return Trajectory(units=tuple(units), start=states[0], checkpoints=tuple(states[1:]), snapshots=snapshots(*saved))


@given(trajectories() | trajectories("PF"))
def test_units_are_counted_as_the_definitions_have_it(trajectory: Trajectory) -> None:
    found = detect(trajectory)
    bugs = [unit for unit in trajectory.units if unit.kind == "bug"]
    flips = {unit.name: told_flips(trajectory, unit) for unit in trajectory.units}
    kinds = [(unit.kind, kind) for unit in trajectory.units for kind, *_ in flips[unit.name]]

    assert [(f.unit, f.kind, f.before, f.after) for f in found.flips] == [
        (unit.name, *flip) for unit in trajectory.units for flip in flips[unit.name]
    ]
    assert found.fixes == kinds.count(("bug", "fix"))
    assert found.regressions == kinds.count(("bug", "regression")) + kinds.count(("guard", "regression"))
    assert found.regressed_bugs == kinds.count(("bug", "regression"))
    assert found.reintroductions == kinds.count(("bug", "reintroduction"))
    assert all(list(found.sequence(unit.name)) == told(trajectory, unit.name) for unit in trajectory.units)
    hazards = [(one.events, one.intervals) for one in (found.coming_back, found.breaking)]
    assert tuple(hazards) == told_hazards(trajectory)
    assert found.index == pytest.approx(told_index(trajectory, bugs))
    assert found.alternation_max == told_alternation_max(trajectory, bugs)
    for one, other in combinations(bugs, 2):
        assert found.alternation(one.name, other.name) == told_alternation(trajectory, one.name, other.name)
    rows = [(row.bug, row.fixed, row.lasted.checkpoints, row.observed) for row in found.durations]
    assert rows == [(bug.name, *row) for bug in bugs for row in told_durations(trajectory, bug)]
    shaky = [name for one in trajectory.checkpoints for name, status in one.statuses.items() if status == "U"]
    assert (found.unstable, found.unstable_units) == (len(shaky), len(set(shaky)))


@given(st.lists(st.text("PF", min_size=7, max_size=7), min_size=3, max_size=8))
def test_no_pair_is_passed_over_that_alternates_more(letters: list[str]) -> None:
    trajectory = trial({str(place): text for place, text in enumerate(letters)})
    assert detect(trajectory).alternation_max == told_alternation_max(trajectory, list(trajectory.units))


def test_a_pair_that_flips_less_may_alternate_more() -> None:
    # B flips most and changes sides once with either of the others; those do so twice, which is as often as they flip.
    assert record({"A": "FPPF", "B": "PFPF", "C": "PFFP"})["alternation_max"] == 2


@given(trajectories())
def test_returns_are_found_as_the_definitions_have_it(trajectory: Trajectory) -> None:
    cycles = detect(trajectory).cycles
    text, code = told_cycles(trajectory)
    assert [place for place, _ in cycles.text] == sorted(text)
    assert [place for place, _ in cycles.code] == sorted(code)
    assert (cycles.total, cycles.harmful) == (len(text | code), told_harm(trajectory, text | code))
    seen = [
        (str(sorted(one.failing)), index, index)
        for index, one in enumerate([trajectory.start, *trajectory.checkpoints], start=-1)
        if one.failing is not None and "U" not in one.statuses.values()
    ]
    assert set(cycles.behaviour) == told_returns([(what, index, place) for what, index, place in seen])


@given(trajectories())
def test_a_chain_is_read_as_the_definitions_have_it(trajectory: Trajectory) -> None:
    chain = detect(trajectory).chain
    asked = {unit.name: unit.step for unit in trajectory.units if unit.kind == "bug" and unit.step is not None}
    reached = [one.step for one in trajectory.checkpoints]
    last = max([*asked.values(), *reached], default=0) if asked else 0
    if last < 1:
        assert chain is None
        return
    matrix: dict[tuple[str, int], str | None] = {}
    for name in asked:
        for k in range(last + 1):
            there = [one for one in trajectory.checkpoints if one.step == k and one.tier == "T0"]
            matrix[name, k] = there[-1].statuses.get(name) if there else None
    kept = {}
    for distance in range(1, last + 1):
        pairs = [matrix[n, i + distance] for n, i in asked.items() if i + distance <= last and matrix[n, i] == "P"]
        known = [letter for letter in pairs if letter in ("P", "F")]
        if known:
            kept[distance] = (known.count("P"), len(known))
    lost = [
        ("P" in [matrix[name, k] for k in range(i, last + 1)]) - (matrix[name, last] == "P")
        for name, i in asked.items()
        if i < last and matrix[name, last] in ("P", "F")
    ]
    assert chain is not None
    assert chain.retention == kept
    assert chain.forgetting == (pytest.approx(sum(lost) / len(lost)) if lost else None)


@given(trajectories(), st.sampled_from(("T0", "T1")))
def test_one_tier_holds_no_other_and_no_neighbours_of_one_tree(trajectory: Trajectory, tier: str) -> None:
    part = only(trajectory, tier)
    assert {one.tier for one in part.checkpoints} <= {tier}
    assert all(a.tree != b.tree or (part.is_chain and a.step != b.step) for a, b in pairwise(part.checkpoints))
    assert only(part, tier) == part
    for before, after in zip(trajectory.snapshots, part.snapshots, strict=True):
        if after.checkpoint is not None:
            assert before.checkpoint is not None
            assert part.checkpoints[after.checkpoint].tree == trajectory.checkpoints[before.checkpoint].tree
        elif before.checkpoint is not None:
            left = trajectory.checkpoints[before.checkpoint]
            assert left.tier != tier or (tier == "T1" and left.tree == trajectory.start.tree)


# --- by hand -----------------------------------------------------------------------------------------------------


def record(bugs: dict[str, str], guards: dict[str, str] | None = None) -> dict[str, Any]:
    return as_record(detect(trial(bugs, guards)))


@pytest.mark.parametrize(
    ("letters", "index"),
    [("FP", 0), ("FPF", 1), ("FPFP", round(2 / 3, 6)), ("PFP", 1), ("PF", 0), ("FF", None), ("FUUP", 0), ("FPUF", 1)],
)
def test_the_index_of_one_bug(letters: str, index: float | None) -> None:
    assert record({"A": letters})["index"] == index


def test_a_quiet_bug_and_guards_are_not_in_the_index() -> None:
    assert record({"A": "FPF", "B": "FFF"}, {"g": "PFP"})["index"] == 1


def test_the_record_of_an_alternator() -> None:
    assert record({"A": "FPFPF", "B": "FFPFP"}) == {
        "checkpoints": 4,
        "fixes": 4,
        "regressions": 0,
        "reintroductions": 3,
        "state_cycles": 0,
        "alternation_max": 3,
        "index": round(1 - 1 / 7, 6),
        "after_fix": 3,
    }


def test_nothing_done_is_no_event() -> None:
    assert record({"A": "FF", "B": "FF"}, {"g": "PP"}) == {
        "checkpoints": 1,
        "fixes": 0,
        "regressions": 0,
        "reintroductions": 0,
        "state_cycles": 0,
        "alternation_max": 0,
        "index": None,
        "after_fix": 0,
    }


def test_a_swap_without_a_return_is_no_alternation() -> None:
    assert record({"A": "FPP", "B": "PFP"})["alternation_max"] == 0
    assert record({"A": "FPF", "B": "FFP"})["alternation_max"] == 1
    assert record({"A": "FPFP"})["alternation_max"] is None
    # B came back, A did not, whichever is named first.
    assert record({"A": "PFP", "B": "FPF"})["alternation_max"] == 2
    assert record({"B": "FPF", "A": "PFP"})["alternation_max"] == 2


def test_a_guard_never_comes_back_it_breaks_again() -> None:
    found = detect(trial({}, {"g": "PFPF"}))
    assert [flip.kind for flip in found.flips] == ["regression", "fix", "regression"]
    assert (found.fixes, found.regressions, found.reintroductions) == (0, 2, 0)
    # What the candidate has mended is no longer what it never touched.
    assert (found.breaking.events, found.breaking.intervals) == (1, 1)


def test_how_far_a_reintroduction_is_from_its_fix() -> None:
    found = detect(trial({"A": "FPUPFPP"}))
    back = next(flip for flip in found.flips if flip.kind == "reintroduction")
    assert (back.before, back.after) == (2, 3)
    assert back.since_fix == Distance(checkpoints=3, calls=9, tokens=30, steps=3)
    rows = [(row.fixed, row.lasted.checkpoints, row.observed) for row in found.durations]
    assert rows == [(0, 3, True), (4, 1, False)]


def cycles(*rows: tuple[str, str | None, int | None, bool], letters: str = "FFF") -> Findings:
    return detect(trial({"A": letters}, snapshots=snapshots(*rows)))


def test_a_return_by_undoing_is_a_cycle_and_does_harm_while_a_bug_is_left() -> None:
    # The untouched tree is t-1.
    undone = [("x", None, 0, False), ("t-1", None, 1, True)]
    assert (cycles(*undone).cycles.total, cycles(*undone).cycles.harmful) == (1, 1)
    assert (cycles(*undone, letters="FFP").cycles.total, cycles(*undone, letters="FFP").cycles.harmful) == (1, 0)


def test_a_stash_to_look_at_the_old_state_is_no_cycle() -> None:
    looked = [("x", None, 0, False), ("t-1", None, None, True), ("x", None, 1, False)]
    assert cycles(*looked).cycles.total == 0
    by_hand = [("x", None, 0, False), ("t-1", None, None, False), ("x", None, 1, False)]
    assert cycles(*by_hand).cycles.total == 1


def test_a_return_between_checkpoints_is_none() -> None:
    passing_through = [("x", None, 0, False), ("t-1", None, None, False), ("y", None, 1, False)]
    assert cycles(*passing_through).cycles.total == 0


def test_equal_code_in_other_words_is_a_return_counted_once() -> None:
    found = cycles(("x", "1", 0, False), ("y", "2", None, False), ("z", "1", None, False), ("x", "1", 1, False)).cycles
    assert (len(found.text), len(found.code), found.total) == (1, 1, 1)
    found = cycles(("x", "1", 0, False), ("y", "2", None, False), ("z", "1", 1, False)).cycles
    assert (len(found.text), len(found.code), found.total) == (0, 1, 1)
    # Of a state in between that nobody has read it is not known that it was another.
    assert cycles(("x", "1", 0, False), ("y", None, None, False), ("z", "1", 1, False)).cycles.total == 0


def test_a_flaky_outcome_is_no_return_of_behaviour() -> None:
    def behaviours(letter: str) -> tuple[int, ...]:
        start = checkpoint(-1, {"A": "F"}, failing=("t",))
        states = (checkpoint(0, {"A": letter}, failing=()), checkpoint(1, {"A": "F"}, failing=("t",)))
        units = (Unit(name="A", kind="bug"),)
        return detect(Trajectory(units=units, start=start, checkpoints=states)).cycles.behaviour

    assert behaviours("P") == (1,)
    assert behaviours("U") == ()


def test_a_chain_by_hand() -> None:
    units = tuple(Unit(name=name, kind="bug", step=step) for step, name in enumerate("ABC"))
    rows = [{"A": "P"}, {"A": "P", "B": "P"}, {"A": "F", "B": "P", "C": "P"}]
    states = tuple(checkpoint(step, row) for step, row in enumerate(rows))
    start = checkpoint(-1, dict.fromkeys("ABC", "F"))
    found = detect(Trajectory(units=units, start=start, checkpoints=states))
    assert found.chain is not None
    assert [row.passes for row in found.chain.rows] == [(True, True, False), (None, True, True), (None, None, True)]
    assert found.chain.retention == {1: (2, 2), 2: (0, 1)}
    assert found.chain.forgetting == 0.5
    assert (found.fixes, found.reintroductions) == (3, 1)
    # Cut off before the last step: what would have been forgotten by then is not known.
    cut = detect(Trajectory(units=units, start=start, checkpoints=states[:2], truncated=True)).chain
    assert cut is not None
    assert cut.forgetting is None
    assert cut.retention == {1: (1, 1)}


def test_neighbours_with_one_tree_are_one_state() -> None:
    start = checkpoint(-1, {}, tree="s")
    given_rows = [
        ("T1", "s"),
        ("T1", "a"),
        ("T0", "a"),
        ("T0", "a"),
        ("T1", "a"),
        ("T1", "b"),
        ("T1", "b"),
        ("T0", "s"),
    ]
    states = [checkpoint(place, {}, tier=tier, tree=tree) for place, (tier, tree) in enumerate(given_rows)]
    assert [one.step for one in scored(states, start)] == [2, 5, 7]
    assert [one.step for one in scored(states)] == [0, 2, 5, 7]
    assert [one.step for one in scored(states, start, by_step=True)] == [1, 2, 3, 4, 5, 6, 7]
    assert scored([checkpoint(0, {}, tree="s")], start), "handing in nothing is a state that counts"


@pytest.mark.parametrize(
    "more",
    [
        {"units": (Unit(name="A", kind="bug"), Unit(name="A", kind="guard"))},
        {"start": checkpoint(-1, {"A": "passed"})},
        {"snapshots": (Snapshot(tree="x", checkpoint=0),)},
    ],
)
def test_what_is_no_trajectory_is_refused(more: dict[str, Any]) -> None:
    fine: dict[str, Any] = {"units": (), "start": checkpoint(-1, {}), "checkpoints": ()}
    with pytest.raises(ValueError, match=r"units of one name|no status|not there"):
        Trajectory(**{**fine, **more})

"""A competitive-programming problem, as plain data.

    Problem             one package: what is asked, in which limits, how it is judged
    ├── Limits          time, memory, output, source, compilation, validation
    ├── Group ...       test data as a tree: "" holds "sample" and "secret", and these cases or further groups
    │   └── Case ...    input, answer, arguments
    ├── Validator       the package's own output validator; None for the default comparison
    └── Labelled ...    submissions that come with the package, and what is expected of them

Made by `sandbox.cp.package` from a directory; this module reads no file. Words and defaults: Problem Package Format
2025-09; where a legacy package says something else, it has been translated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

# What a validator's exit code says; anything else is the judge's error.
ACCEPTS, REJECTS = 42, 43


class Verdict(StrEnum):
    """What is said of a submission, on one case or as a whole. JE is ours, never the candidate's."""

    AC = "AC"
    WA = "WA"
    TLE = "TLE"
    MLE = "MLE"
    OLE = "OLE"
    RTE = "RTE"
    CE = "CE"
    JE = "JE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of a package. Times in seconds, memory and output in MiB, code in KiB.

    time: the CPU time limit, None where it follows from the accepted submissions. ac_to_limit: the limit is at least
    so many times the slowest accepted submission's time. limit_to_slow: a submission that is to be too slow takes at
    least so many times the limit. resolution: the limit is a multiple of this.
    """

    time: float | None = None
    ac_to_limit: float = 2.0
    limit_to_slow: float = 1.5
    resolution: float = 1.0
    memory: int = 2048
    output: int = 8
    code: int = 128
    compilation_time: float = 60.0
    compilation_memory: int = 2048
    validation_time: float = 60.0
    validation_memory: int = 2048
    validation_output: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How the default validator compares tokens.

    absolute, relative: tolerances of numbers, either suffices; both None where tokens are compared as text.
    """

    case_sensitive: bool = False
    space_sensitive: bool = False
    absolute: float | None = None
    relative: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Source files of one program and how it is built and run.

    files: by path below the program's own directory. language: a name of `sandbox.cp.languages`. entry: the file or
    name that the language starts at; None where it finds it itself.
    """

    name: str
    files: Mapping[str, bytes]
    language: str
    entry: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test case. name: as "secret/large/07". args: of the submission. validator_args: of the output validator.

    files: further files that lie in the working directory, by name. input_args: of the input validators, by the name of
    one; "" is for those that are not named.
    """

    name: str
    input: bytes
    answer: bytes
    args: tuple[str, ...] = ()
    validator_args: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    input_args: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Test cases that are judged together, in the order of their names, cases and groups mixed.

    score: the most that can be had; None where the package gives it no bound. aggregation: how scores of the parts
    become that of the group: "pass-fail" (all or nothing), "sum" or "min". require_pass: names of groups (or cases)
    that must be accepted first, else nothing of this group is run and it gives 0. on_reject: "break" (the first failure
    ends the group) or "continue" (legacy packages, and groups that add up). accept, reject: the score of one accepted
    or rejected case where the validator gives none; accept is None where the score of a case follows from that of its
    group, as in the format 2025-09.
    verdict: how verdicts of the parts become that of the group: "first" (of the first part that is not accepted), and
    of legacy packages "worst" (their default: the worst of the parts), "any" (accepted where one part is, else the
    worst) or "always" (accepted).
    """

    name: str
    parts: tuple[Case | Group, ...]
    score: float | None = None
    aggregation: str = "pass-fail"
    require_pass: tuple[str, ...] = ()
    on_reject: str = "break"
    accept: float | None = None
    reject: float = 0.0
    verdict: str = "first"

    def cases(self) -> Iterator[Case]:
        """Every case below, in order."""
        for part in self.parts:
            if isinstance(part, Case):
                yield part
            else:
                yield from part.cases()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What submissions.yaml expects of a submission on some of the cases.

    where: the pattern as written. cases: names of those it is about. permitted, required: as in `Labelled`, for these
    cases. group, score: the group whose score has to lie in the range (of both ends), None where no score is asked for.
    """

    where: str
    cases: frozenset[str]
    permitted: frozenset[Verdict]
    required: frozenset[Verdict] = frozenset()
    group: str | None = None
    score: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A submission that comes with the package.

    label: the directory it lies in ("accepted", "wrong_answer", ...). permitted: verdicts that it may get as a whole
    (and on each case). required: verdicts of which at least one case must show one; empty where nothing is required.
    score: what it has to reach, lowest and highest, None where that is open.
    use_for_limit: whether the time limit follows from it: "lower" (accepted), "upper" (too slow), None for neither.
    demands: what is expected beyond that, of parts of the test data.
    """

    program: Program
    label: str
    permitted: frozenset[Verdict]
    required: frozenset[Verdict] = frozenset()
    score: tuple[float, float] | None = None
    use_for_limit: str | None = None
    demands: tuple[Demand, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What a statement shows of one sample: input and output, or, of a dialogue, its lines with "<" and ">" instead."""

    name: str
    input: bytes = b""
    output: bytes = b""
    interaction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem. digest: SHA-256 over the package's directory. format: "2025-09" or "legacy".

    statements: by language code ("en"), as files of the package hold them, with its constants
    put in. examples: the samples as a candidate is to see them. languages: allowed ones, None for all.
    include: files that are added to every submission, by language. difficulty: of a human contest, on an Elo-like
    scale; None for a problem that no contest has seen. tier: 1 (easiest) to 4, of ours; None elsewhere.
    """

    id: str
    path: str
    digest: str
    format: str
    name: str
    statements: Mapping[str, str]
    limits: Limits
    data: Group
    comparison: Comparison = Comparison()
    validator: Program | None = None
    is_interactive: bool = False
    is_scoring: bool = False
    may_write_files: bool = False
    languages: tuple[str, ...] | None = None
    include: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    input_validators: tuple[Program, ...] = ()
    submissions: tuple[Labelled, ...] = ()
    keywords: tuple[str, ...] = ()
    difficulty: float | None = None
    tier: int | None = None
    licence: str | None = None
    notes: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def samples(self) -> tuple[Case, ...]:
        """The sample cases as they are judged; what a candidate is shown of them are the `examples`."""
        return tuple(case for case in self.data.cases() if case.name.startswith("sample/"))

    def group(self, name: str) -> Group:
        """The group of a name; "" is all test data.

        Raises:
            KeyError: there is none.
        """
        waiting = [self.data]
        while waiting:
            found = waiting.pop()
            if found.name == name:
                return found
            waiting += [part for part in found.parts if isinstance(part, Group)]
        raise KeyError(name)

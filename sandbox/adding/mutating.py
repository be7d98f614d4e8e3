"""Finding mutations that make tasks: caught by the package's own tests, each a bug of its own, and no demolition.

Several bugs have to be told apart whatever else is there. So with every set of them, from one
alone to all together, exactly the tests of those in it fail; sets of which that does not
hold are not taken.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import anyio

from sandbox.adding.bench_opening import bench
from sandbox.adding.proving import Bench, Ran
from sandbox.adding.sorting import PASSED, settled
from sandbox.errors import BadInput, TaskError
from sandbox.mutation.applying import mutated
from sandbox.mutation.functions import take_apart
from sandbox.mutation.proposing import propose
from sandbox.mutation.withheld import test_functions, without_tests
from sandbox.parts import matches, without
from sandbox.repos import PinnedRelease, Repo
from sandbox.task import Mutation
from sandbox.threads import in_thread
from sandbox.tree import LINK, Tree

Say = Callable[[str], None]

# A mutation that more of the tests notice than this is no bug that anybody would have released.
LARGEST_SHARE = 0.2
MOST_TRIED = 150
TRIED_AT_ONCE = 2
# Runs of each set of bugs, the second shuffled. The release itself is run more often.
CONFIRMATIONS = 2
NO_CODE = (
    "setup.py",
    "conftest.py",
    "docs",
    "doc",
    "examples",
    "benchmarks",
    "scripts",
    "tools",
    "noxfile.py",
    "tasks.py",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A mutation, and the tests that fail with it."""

    mutation: Mutation
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutants:
    """What a task can be made of.

    mutants: one for each bug. guards: tests that pass with and without all of them.
    flaky: tests that do not always end alike. tried: how many mutations were run.
    """

    mutants: tuple[Mutant, ...]
    guards: tuple[str, ...]
    flaky: tuple[str, ...]
    tried: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A release whose tests are known.

    code: the modules that may be mutated. healthy: ids that always pass, in order; flaky: those that do not end alike.
    """

    name: str
    bench: Bench
    workspace: Tree
    tests: Tree
    code: Mapping[str, bytes]
    healthy: tuple[str, ...]
    flaky: tuple[str, ...]
    seed: int

    async def run(self, mutations: Sequence[Mutation], *, runs: int, what: str) -> list[Ran]:
        """The healthy tests over the release with mutations."""
        tree = mutated(self.workspace, mutations)
        return await self.bench.outcomes(tree, self.tests, self.healthy, runs=runs, seed=self.seed, what=what)


@asynccontextmanager
async def on_ground(repo: Repo, release: PinnedRelease, *, seed: int, runs: int, say: Say) -> AsyncIterator[Ground]:
    """A release whose tests have been run.

    Args:
        seed: decides which mutations are tried, and the order of tests.
        runs: how often they are run, to find what is flaky.
        say: told what is going on.

    Raises:
        BadInput: its tests do not run.
        SandboxError, TaskError, HarnessError: as `proving.bench`.
    """
    tree = without(await in_thread(repo.tree, release), release.drop)
    tests = {path: entry for path, entry in tree.items() if matches(path, release.tests)}
    async with bench(repo, release, tree, say=say) as place:
        found = await place.find(tree, tests)
        what = f"{repo.name} {release.version}"
        # What is not one line cannot be named in a task.
        ids = [test for test in found.ids if "\n" not in test]
        if not ids:
            why = next(iter(found.broken.values()), "no tests are found")
            raise BadInput(f"{what}: its tests do not run: {' '.join(why.split())[-300:]}")
        ran = await place.outcomes(tree, tests, ids, runs=runs, seed=seed, what=f"{what} as it is")
        stable, flaky = settled([one.words for one in ran])
        healthy = tuple(test for test in ids if stable.get(test) == PASSED)
        if not healthy:
            raise BadInput(f"{what}: none of its {len(ids)} tests passes")
        yield Ground(
            name=what,
            bench=place,
            workspace=tree,
            tests=tests,
            code=code_of(tree, release, repo.import_name),
            healthy=healthy,
            flaky=tuple(sorted(flaky)),
            seed=seed,
        )


async def find_mutants(ground: Ground, *, bugs: int) -> Mutants:
    """Try mutations of a release until there are as many bugs as wanted.

    Raises:
        BadInput: there are not that many.
        SandboxError, HarnessError: as `proving.bench`.
    """
    selection = Selection(ground)
    tried = 0
    proposed = await in_thread(lambda: propose(ground.code, ground.seed, most=MOST_TRIED))
    for batch in _batches(proposed, TRIED_AT_ONCE):
        for mutant in await _try(ground, batch):
            tried += 1
            if mutant is None or not await selection.takes(mutant):
                continue
            ground.bench.say(f"{ground.name}: bug {len(selection.chosen)} of {bugs} after {tried} mutations")
            if len(selection.chosen) == bugs:
                return selection.result(tried)
    have = len(selection.chosen)
    raise BadInput(f"{ground.name}: {tried} mutations give {have} of {bugs} bugs; try another seed or fewer")


def _batches(rows: Sequence[Mutation], size: int) -> Iterator[Sequence[Mutation]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


async def _try(ground: Ground, batch: Sequence[Mutation]) -> list[Mutant | None]:
    """Which of some mutations the tests notice, as they would notice a bug; each is run once."""
    found: dict[int, Mutant | None] = {}

    async def one(number: int, mutation: Mutation) -> None:
        found[number] = None
        if _stands_elsewhere(ground.workspace, mutation):
            return
        try:
            (ran,) = await ground.run([mutation], runs=1, what=f"{mutation.operator} in {mutation.name}")
        except TaskError:  # what brings the whole container down is no small bug
            return
        failing = tuple(test for test in ground.healthy if ran.words[test] != PASSED)
        words = {ran.words[test] for test in failing}
        if failing and words <= {"failed", "error"} and len(failing) <= LARGEST_SHARE * len(ground.healthy):
            found[number] = Mutant(mutation=mutation, tests=failing)

    async with anyio.create_task_group() as group:
        for number, mutation in enumerate(batch):
            group.start_soon(one, number, mutation)
    return [found[number] for number in range(len(batch))]


def _stands_elsewhere(tree: Tree, mutation: Mutation) -> bool:
    """Whether the function as it was can be read in another file of the workspace."""
    functions = take_apart(tree[mutation.file].data).functions
    source = next(one.source for one in functions if (one.name, one.digest) == (mutation.name, mutation.before))
    needle = source.strip().encode("utf-8", "surrogatepass")
    return any(needle in entry.data for path, entry in tree.items() if path != mutation.file and entry.mode != LINK)


def is_apart(mutant: Mutant, chosen: Sequence[Mutant]) -> bool:
    """Whether a bug is in another function than the others, and other tests notice it."""
    place = mutant.mutation.file, mutant.mutation.name
    return all(
        (other.mutation.file, other.mutation.name) != place and not set(other.tests) & set(mutant.tests)
        for other in chosen
    )


class Selection:
    """Bugs that go together: with each set of them exactly the tests of those in it fail, time and again.

    shaky: tests that ended otherwise from run to run with the same bugs; they are no bug's tests and no guards.
    """

    def __init__(self, ground: Ground) -> None:
        self.chosen: list[Mutant] = []
        self.shaky: set[str] = set()
        self._ground = ground

    async def takes(self, mutant: Mutant) -> bool:
        """Take one more, if it goes with those that are there.

        Raises:
            SandboxError, HarnessError: as `proving.bench`.
        """
        if not is_apart(mutant, self.chosen):
            return False
        for size in range(len(self.chosen) + 1):
            for others in itertools.combinations(self.chosen, size):
                if not await self._holds([*others, mutant]):
                    return False
        wanted = [*self.chosen, mutant]
        if not await self._tells_nothing([self._steady(one) for one in wanted]):
            return False
        steady = [self._steady(one) for one in wanted]
        if not all(one.tests for one in steady):
            return False
        self.chosen = steady
        return True

    async def _holds(self, bugs: Sequence[Mutant]) -> bool:
        try:
            rows = [bug.mutation for bug in bugs]
            ran = await self._ground.run(rows, runs=CONFIRMATIONS, what=f"{len(bugs)} of the bugs")
        except TaskError:
            return False
        first, *others = failing = [_failing(one.words) for one in ran]
        self.shaky |= first.union(*others) - first.intersection(*others)
        expected = {test for bug in bugs for test in bug.tests}
        return all(found - self.shaky == expected - self.shaky for found in failing)

    def _steady(self, mutant: Mutant) -> Mutant:
        return replace(mutant, tests=tuple(test for test in mutant.tests if test not in self.shaky))

    async def _tells_nothing(self, mutants: Sequence[Mutant]) -> bool:
        """Whether there are tests for a candidate to see, and none of them fails."""
        ids = [test for mutant in mutants for test in mutant.tests]
        withheld = test_functions(ids)
        tree = without_tests(mutated(self._ground.workspace, [mutant.mutation for mutant in mutants]), ids)
        left = [
            test
            for test in self._ground.healthy
            if test not in self.shaky and test.partition("::")[0] in tree and not _is_of(test, withheld)
        ]
        if not left:
            return False
        first = _failing((await self._look(tree, left, runs=1))[0].words)
        if not first:
            return True
        # A busy machine makes tests of speed fail.
        second = _failing((await self._look(tree, left, runs=2))[1].words)
        self.shaky |= first ^ second
        return not first & second

    async def _look(self, tree: Tree, tests: Sequence[str], *, runs: int) -> list[Ran]:
        """What a candidate would see of tests that lie in the workspace."""
        seed = self._ground.seed
        return await self._ground.bench.outcomes(tree, {}, tests, runs=runs, seed=seed, what="what is left to see")

    def result(self, tried: int) -> Mutants:
        """What has been taken."""
        failing = {test for mutant in self.chosen for test in mutant.tests}
        guards = tuple(test for test in self._ground.healthy if test not in failing | self.shaky)
        flaky = tuple(sorted({*self._ground.flaky, *self.shaky}))
        return Mutants(mutants=tuple(self.chosen), guards=guards, flaky=flaky, tried=tried)


def _failing(words: Mapping[str, str]) -> set[str]:
    return {test for test, word in words.items() if word != PASSED}


def _is_of(test: str, functions: Mapping[str, set[str]]) -> bool:
    return any(names & functions.get(path, set()) for path, names in test_functions([test]).items())


def code_of(tree: Tree, release: PinnedRelease, import_name: str) -> dict[str, bytes]:
    """The modules of a release that may be mutated, by path: those of the package, where it is found by its name."""
    code = {
        path: entry.data
        for path, entry in tree.items()
        if path.endswith(".py") and entry.mode != LINK and not matches(path, (*release.tests, *NO_CODE))
    }
    roots = [f"{folder}{import_name}{end}" for folder in ("", "src/", "lib/") for end in ("", ".py")]
    of_package = {path: data for path, data in code.items() if matches(path, roots)}
    return of_package or code

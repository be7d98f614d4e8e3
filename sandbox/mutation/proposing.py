"""Which mutations to try first: of many functions, by many operators, in an order that a seed decides."""

from __future__ import annotations

import ast
import random
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.mutation.catalogue import changes
from sandbox.mutation.functions import Function, Module, digest_of, take_apart
from sandbox.task import Mutation

MOST = 100


@dataclass(slots=True, kw_only=True)
class _Ground:
    """A function and what has not been proposed of it: by operator its candidates, and places among them."""

    path: str
    module: Module
    function: Function
    candidates: Mapping[str, Sequence[str]]
    places: dict[str, list[int]]
    seen: set[str] = field(default_factory=set)

    def take(self, operator: str, rng: random.Random) -> Mutation | None:
        """One of the places, which is then used up; None where it comes to no mutation."""
        places = self.places[operator]
        place = places.pop(rng.randrange(len(places)))
        if not places:
            del self.places[operator]
        source = self.candidates[operator][place]
        if source in self.seen or not _stands(self.module, self.function, source):
            return None
        self.seen.add(source)
        return Mutation(
            file=self.path,
            name=self.function.name,
            operator=operator,
            place=place,
            before=self.function.digest,
            after=digest_of(source),
        )


def propose(files: Mapping[str, bytes], seed: int, *, most: int = MOST) -> list[Mutation]:
    """Mutations of a code base, those to be tried first in front.

    Args:
        files: the modules by path; no tests among them.
        seed: decides the order; the same files and seed give the same list.
        most: how many.

    Returns:
        Mutations that leave valid Python and mean something else, no two the same. Operators and functions take turns.
    """
    rng = random.Random(seed)
    grounds = [ground for path in sorted(files) for ground in _grounds(path, files[path])]
    used: Counter[object] = Counter()
    found: list[Mutation] = []
    while len(found) < most and (operators := sorted({name for ground in grounds for name in ground.places})):
        # Fewest turns first; ties are left to chance.
        operator = min(operators, key=lambda name: (used[name], rng.random()))
        offering = [index for index, ground in enumerate(grounds) if operator in ground.places]
        index = min(offering, key=lambda number: (used[number], rng.random()))
        mutation = grounds[index].take(operator, rng)
        if mutation is not None:
            found.append(mutation)
            used.update([operator, index])
    return found


def _grounds(path: str, data: bytes) -> list[_Ground]:
    try:
        module = take_apart(data)
    except ValueError:
        return []
    found = []
    copies = Counter((function.name, function.source) for function in module.functions)
    for function in module.functions:
        # What is there twice word for word cannot be told apart by a digest.
        if copies[function.name, function.source] > 1:
            continue
        try:
            candidates = changes(function.source)
        except ValueError:
            continue
        places = {operator: list(range(len(row))) for operator, row in candidates.items()}
        found.append(_Ground(path=path, module=module, function=function, candidates=candidates, places=places))
    return found


def _stands(module: Module, function: Function, source: str) -> bool:
    """Whether the file compiles with another source of a function, and the function means something else."""
    if _meaning(source) == _meaning(function.source):
        return False
    try:
        data = module.with_function(function, source)
        with warnings.catch_warnings():
            # Python remarks on `x is 1` and the like: nobody would have left that there.
            warnings.simplefilter("error")
            compile(data, "file.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, Warning, RecursionError):
        return False
    return not _gives_itself_away(source)


def _meaning(source: str) -> str | None:
    """A function's syntax tree; None if it has none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(_parsed(source))
    except (SyntaxError, ValueError, RecursionError):
        return None


def _parsed(source: str) -> ast.Module:
    """An indented function as a module."""
    return ast.parse(f"if 1:\n{source}" if source[:1].isspace() else source)


def _gives_itself_away(source: str) -> bool:
    """Whether a name is set to itself somewhere: what is left where a copy or a step was taken out."""
    assigned = (node for node in ast.walk(_parsed(source)) if isinstance(node, ast.Assign))
    return any([ast.unparse(target) for target in node.targets] == [ast.unparse(node.value)] for node in assigned)

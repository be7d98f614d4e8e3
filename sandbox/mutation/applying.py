"""Mutations carried out: a file as it was in, the file with a small bug out; all else stays byte for byte."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.mutation.catalogue import OPERATORS, changed_source
from sandbox.mutation.functions import digest_of, take_apart
from sandbox.task import Mutation
from sandbox.tree import LINK, Entry, Tree


def mutate(data: bytes, mutation: Mutation) -> bytes:
    """A file with a mutation of one of its functions.

    Args:
        data: the file.
        mutation: whose digests say what the function is without and with it.

    Raises:
        LookupError: the file holds no such function, or there is no such operator or candidate.
        ValueError: the function, or what becomes of it, is not what the mutation was made for.
    """
    if mutation.operator not in OPERATORS:
        raise LookupError(f"no operator {mutation.operator} (there are {', '.join(OPERATORS)})")
    module = take_apart(data)
    named = [function for function in module.functions if function.name == mutation.name]
    if not named:
        raise LookupError(f"no function {mutation.name}")
    found = [function for function in named if function.digest == mutation.before]
    if len(found) != 1:
        how = "is not the one that this was made for" if not found else "is there twice, word for word"
        raise ValueError(f"{mutation.name} {how} (sha256 {named[0].digest})")
    source = changed_source(found[0].source, mutation.operator, mutation.place)
    if digest_of(source) != mutation.after:
        raise ValueError(f"{mutation.name} does not become what this was made for (sha256 {digest_of(source)})")
    return module.with_function(found[0], source)


def mutated(tree: Tree, mutations: Sequence[Mutation]) -> dict[str, Entry]:
    """A tree with all of some mutations.

    Raises:
        LookupError, ValueError: as `mutate`, with the file; or two are of one function.
    """
    tree = dict(tree)
    for mutation in mutations:
        entry = tree.get(mutation.file)
        if entry is None or entry.mode == LINK:
            raise LookupError(f"there is no file {mutation.file}")
        try:
            data = mutate(entry.data, mutation)
        except LookupError as exc:
            raise LookupError(f"{mutation.file} holds {exc.args[0]}") from exc
        except ValueError as exc:
            raise ValueError(f"{mutation.file}: {exc}") from exc
        tree[mutation.file] = Entry(entry.mode, data)
    return tree

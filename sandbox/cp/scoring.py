"""Whether what a package of the format 2025-09 says about scores can be held to."""

from __future__ import annotations

from sandbox.cp.folder import Folder
from sandbox.cp.problem import Group
from sandbox.errors import BadInput

PASS_FAIL = "pass-fail"  # noqa: S105  (no password)


def check_scores(folder: Folder, data: Group, *, is_scoring: bool, has_validator: bool) -> None:
    """Hold the groups of a scoring problem against the rules that would else fail while it is judged.

    Raises:
        BadInput: naming the file and the field.
    """
    if not is_scoring:
        return
    secret = data.parts[-1]
    assert isinstance(secret, Group)
    groups = [part for part in secret.parts if isinstance(part, Group)]
    _check_bounds(folder, secret, groups, has_validator=has_validator)
    known = {part.name: part for part in data.parts if isinstance(part, Group)} | {one.name: one for one in groups}
    for group in (secret, *groups):
        _check_required(folder, group, known, is_secret=group is secret)


def _check_bounds(folder: Folder, secret: Group, groups: list[Group], *, has_validator: bool) -> None:
    if secret.aggregation == PASS_FAIL:
        _check_all_or_nothing(folder, secret, groups)
        return
    for group in (secret, *groups):
        if group.score is not None:
            continue
        field = f"{_file(folder, group)}: max_score:"
        if group.aggregation == PASS_FAIL:
            raise BadInput(f"{field} is missing; a group of all or nothing has to say what it is worth")
        if secret.score is not None:
            raise BadInput(f"{field} is unbounded while that of secret is {secret.score:g}; give a number")
        if not has_validator and not (group is secret and groups):
            raise BadInput(f"{field} is unbounded, and there is no output validator to give a score")
    bounds = [group.score for group in groups if group.score is not None]
    together = max(bounds, default=0.0) if secret.aggregation == "min" else sum(bounds)
    if secret.score is not None and together > secret.score:
        raise BadInput(
            f"{_file(folder, secret)}: max_score: is {secret.score:g}, and its groups can come to {together:g}"
        )


def _check_all_or_nothing(folder: Folder, secret: Group, groups: list[Group]) -> None:
    if secret.score is None:
        raise BadInput(f"{_file(folder, secret)}: max_score: unbounded does not go with pass-fail; give a number")
    for group in groups:
        if group.aggregation != PASS_FAIL:
            raise BadInput(
                f"{_file(folder, group)}: score_aggregation: must be pass-fail as that of secret is, "
                f"is {group.aggregation}"
            )


def _check_required(folder: Folder, group: Group, known: dict[str, Group], *, is_secret: bool) -> None:
    for name in group.require_pass:
        field = f"{_file(folder, group)}: require_pass: {name!r}"
        if name == "sample" and name not in known:
            continue
        if name not in known or name == "secret":
            raise BadInput(f"{field} is no group; use sample or a directory's path below data, as secret/group1")
        if is_secret and name != "sample":
            raise BadInput(f"{field}: secret can only depend on sample")
        if name >= group.name:
            raise BadInput(f"{field} is not judged before {group.name}; only earlier groups can be required")
        if known[name].aggregation != PASS_FAIL:
            raise BadInput(f"{field} is not of all or nothing (score_aggregation: pass-fail)")


def _file(folder: Folder, group: Group) -> str:
    return folder.where(f"data/{group.name}/test_group.yaml")

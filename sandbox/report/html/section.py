"""What stands under one heading of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from sandbox.report.sheet import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One heading with what stands under it.

    name: its anchor. lead: one sentence on how to read it. terms: words of the plot and what they mean. plot: for
    wide and narrow screens. remarks: what has to be said beside it. more: tables that are folded away. eventful: trials
    in which something came back or broke, as (key, name, in short).
    """

    name: str
    title: str
    lead: str
    terms: Sequence[tuple[str, str]] = ()
    plot: Sequence[Markup] = ()
    sheets: Sequence[Sheet] = ()
    more: Sequence[Sheet] = ()
    remarks: Sequence[str] = ()
    eventful: Sequence[tuple[str, str, str]] = ()

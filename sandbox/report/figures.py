"""Figures as people read them in tables. Pure."""

from __future__ import annotations

from sandbox.report.sheet import NOTHING

INTERVAL, CLUSTERED = "95% interval", "95% by task"


def percent(rate: float | None) -> str:
    """As in 67%."""
    return NOTHING if rate is None else f"{100 * rate:.0f}%"


def span(interval: tuple[float, float] | None) -> str:
    """As in 34–100%."""
    return NOTHING if interval is None else f"{100 * interval[0]:.0f}–{100 * interval[1]:.0f}%"


def money(dollars: float | None) -> str:
    """As in $12.50, $0.0042; None: the price is not known."""
    if dollars is None:
        return "unknown"
    return f"${dollars:,.2f}" if dollars >= 1 or dollars == 0 else f"${dollars:.4f}"

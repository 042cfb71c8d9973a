"""How states look."""

from __future__ import annotations

from pierhead.cli.views.table import Cell

_STYLES = {
    "active": "good",
    "running": "good",
    "success": "good",
    "accepted": "good",
    "deploying": "warn",
    "pending": "warn",
    "degraded": "warn",
    "rolled_back": "warn",
    "unknown": "warn",
    "failed": "bad",
    "down": "bad",
    "cancelled": "faint",
    "inactive": "faint",
    "stopped": "faint",
    "superseded": "faint",
}


def state(value: str) -> Cell:
    """A state in its colour, `rolled_back` as `rolled back`."""
    return Cell(value.replace("_", " "), _STYLES.get(value, ""))

"""How states look."""

from __future__ import annotations

import re
from collections.abc import Sequence

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


# What the server puts before each line of a deployment's log: `TIME PHASE | `.
_STAMP = re.compile(r"\d{4}-\S+Z (\w+) +\| ")


def unstamped(line: str) -> str:
    """A line of a deployment's log without its time and phase."""
    return _STAMP.sub("", line, count=1)


def lines_of(log: Sequence[str], phase: str) -> list[str]:
    """What one phase and the instances wrote, unstamped; the whole log if that is nothing."""
    own = [line for line in log if (stamp := _STAMP.match(line)) is None or stamp[1] == phase]
    return [unstamped(line) for line in own or log]


def state(value: str) -> Cell:
    """A state in its colour, `rolled_back` as `rolled back`."""
    return Cell(value.replace("_", " "), _STYLES.get(value, ""))

"""How states look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pierhead.cli.terminal import clean
from pierhead.cli.views.table import Cell

if TYPE_CHECKING:
    from pierhead.client import shapes

TAIL = 20  # lines of the log that a failure shows; the record keeps 100

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
    """What one phase and the application wrote, unstamped; the whole log if that is nothing.

    A line of the application has its process before it, `web.0 | `, and no stamp.
    """
    own = [line for line in log if not (stamp := _STAMP.match(line)) or stamp[1] == phase]
    return [unstamped(line) for line in own or log]


def failed_lines(deployment: shapes.Deployment) -> list[str]:
    """The end of the log of a deployment that failed, as far as it concerns the failed phase."""
    failed = [phase["name"] for phase in deployment["phases"] if phase["status"] == "failed"]
    lines = lines_of(deployment["log_tail"], failed[0] if failed else "")
    return [clean(line) for line in lines[-TAIL:]]


def state(value: str) -> Cell:
    """A state in its colour, `rolled_back` as `rolled back`."""
    return Cell(value.replace("_", " "), _STYLES.get(value, ""))

"""Events, audit entries and the doctor's findings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pierhead.cli.terminal import Paint, clean, plain
from pierhead.cli.times import ago, read_time
from pierhead.cli.views.table import Row, table
from pierhead.cli.views.words import state

if TYPE_CHECKING:
    from pierhead.client import shapes

_GOOD = ("completed", "started", "phase_completed")
_BAD = ("failed", "crashed")
_CHECKS = {True: ("✓", "good"), False: ("✗", "bad"), None: ("·", "faint")}


def event_line(event: shapes.Event, paint: Paint = plain) -> str:
    """One event: number, time in UTC, what, where, and what is known of it."""
    verb = event["type"].rpartition(".")[2]
    style = "bad" if verb in _BAD else "good" if verb in _GOOD else "warn"
    place = f"{event['project']}/{event['environment']}"
    parts = [
        f"{event['sequence']:>6}",
        read_time(event["time"]).strftime("%Y-%m-%d %H:%M:%SZ"),
        paint(f"{event['type']:<26}", style),
        clean(place),
        event["deployment_id"] or "",
        _data(event["data"]),
    ]
    return "  ".join(part for part in parts if part)


def _data(data: dict[str, object]) -> str:
    simple = {k: v for k, v in data.items() if isinstance(v, str | int | float) and v != ""}
    return clean(" ".join(f"{key}={value}" for key, value in simple.items()))


def audit_rows(
    entries: Sequence[shapes.AuditEntry], now: datetime, width: int, paint: Paint = plain
) -> list[str]:
    """Who asked for what."""
    heads = ["WHEN", "WHO", "FROM", "ACTION", "SUBJECT", "OUTCOME"]
    rows: list[Row] = [
        [
            ago(entry["time"], now),
            entry["actor"]["name"],
            entry["actor"]["origin"],
            entry["action"],
            entry["subject"],
            state(entry["outcome"]),
        ]
        for entry in entries
    ]
    return table(heads, rows, width, paint)


def check_lines(checks: Sequence[shapes.Check], paint: Paint = plain) -> list[str]:
    """What the doctor found, each with what to do about it."""
    wide = max((len(check["name"]) for check in checks), default=0)
    lines = []
    for check in checks:
        mark = paint(*_CHECKS[check["ok"]])
        lines.append(f"{mark} {check['name']:<{wide}}  {clean(check['found'])}".rstrip())
        if check["advice"]:
            lines.append(f"  {'':<{wide}}  {paint('hint:', 'faint')} {clean(check['advice'])}")
    return lines

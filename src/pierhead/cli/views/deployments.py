"""Deployments: a list of them, or one with its timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pierhead.cli.terminal import Paint, clean, plain
from pierhead.cli.times import ago, lasting, read_time
from pierhead.cli.views.table import Row, table
from pierhead.cli.views.words import lines_of, state

if TYPE_CHECKING:
    from pierhead.client import shapes

MARKS = {"success": ("✓", "good"), "failed": ("✗", "bad"), "running": ("…", "warn")}
TAIL = 20  # lines of the log that a failure shows; the record keeps 100
BAR = 40  # characters of the whole timeline


def deployment_rows(
    deployments: Sequence[shapes.Deployment], now: datetime, width: int, paint: Paint = plain
) -> list[str]:
    """A list of deployments."""
    heads = ["ID", "#", "PROJECT", "ENVIRONMENT", "KIND", "STATUS", "VERSION", "WHEN", "TOOK", "BY"]
    rows: list[Row] = [
        [
            d["id"],
            str(d["number"]),
            d["project"],
            d["environment"],
            d["kind"],
            state(d["status"]),
            d["version"],
            ago(d["created_at"], now),
            lasting(d["duration_seconds"]),
            d["actor"]["name"],
        ]
        for d in deployments
    ]
    return table(heads, rows, width, paint)


def deployment_lines(
    deployment: shapes.Deployment, now: datetime, paint: Paint = plain
) -> list[str]:
    """One deployment: what it was, its timeline, and how it ended."""
    seen = state(deployment["status"])
    title = f"{deployment['project']} #{deployment['number']} in {deployment['environment']}"
    lines = [f"{paint(title, 'strong')}: {paint(seen.text, seen.style)}"]
    lines += [f"  {key:<12}{clean(text)}" for key, text in _facts(deployment, now) if text]
    lines += ["", *timeline(deployment["phases"], paint)]
    if error := deployment["error"]:
        where = f"{error['where']}: " if error.get("where") else ""
        message = clean(where + str(error.get("message", error.get("detail", ""))))
        lines += ["", f"{paint('error:', 'bad')} {message}"]
        if error.get("hint"):
            lines.append(f"{paint('hint:', 'faint')} {clean(str(error['hint']))}")
        lines += tail_lines(deployment, paint)
    return lines


def tail_lines(deployment: shapes.Deployment, paint: Paint = plain) -> list[str]:
    """The end of what a deployment that failed, or crashed, and its instances wrote."""
    failed = [phase["name"] for phase in deployment["phases"] if phase["status"] == "failed"]
    found = lines_of(deployment["log_tail"], failed[0] if failed else "")
    return [f"  {paint('|', 'faint')} {clean(line)}" for line in found[-TAIL:]]


def _facts(d: shapes.Deployment, now: datetime) -> list[tuple[str, str]]:
    return [
        ("id", d["id"]),
        ("kind", d["kind"]),
        ("version", d["version"]),
        ("release", d["release_id"] if d["release_id"] != d["version"] else ""),
        ("address", d["address"] or ""),
        ("asked", f"{ago(d['created_at'], now)} by {d['actor']['name']}, {d['actor']['origin']}"),
        ("reason", d["reason"]),
        ("took", lasting(d["duration_seconds"]) if d["duration_seconds"] is not None else ""),
        ("replaced", (d["previous_id"] or "") if d["activated_at"] else ""),
        ("back to", d["target_id"] or ""),
        ("replaced by", d["superseded_by"] or ""),
        ("health", d["note"]),
    ]


def timeline(phases: Sequence[shapes.Phase], paint: Paint = plain) -> list[str]:
    """One line a phase, with a bar where it lies within the whole."""
    starts = [read_time(p["started_at"]) for p in phases if p["started_at"]]
    ends = [read_time(p["completed_at"]) for p in phases if p["completed_at"]]
    first = min(starts, default=None)
    whole = (max(ends) - first).total_seconds() if first and ends else 0.0
    lines = []
    for phase in phases:
        mark, style = MARKS.get(phase["status"], ("·", "faint"))
        bar = ""
        if first and phase["started_at"] and whole > 0:
            bar = _bar((read_time(phase["started_at"]) - first).total_seconds(), phase, whole)
        text = f"  {paint(mark, style)} {phase['label']:<14} {lasting(phase['seconds']):>10}  {bar}"
        lines.append(text.rstrip())
    return lines


def _bar(offset: float, phase: shapes.Phase, whole: float) -> str:
    begin = min(round(offset / whole * BAR), BAR - 1)
    length = max(round((phase["seconds"] or 0.0) / whole * BAR), 1)
    return " " * begin + "█" * min(length, BAR - begin)

"""What people see: data on stdout, talk on stderr, colour only where it is wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click

Paint = Callable[[str, str], str]

_STYLES: dict[str, dict[str, Any]] = {
    "good": {"fg": "green"},
    "bad": {"fg": "red"},
    "warn": {"fg": "yellow"},
    "faint": {"dim": True},
    "strong": {"bold": True},
}

# What a terminal would obey: a name or reason that somebody else typed must not move the cursor.
_CONTROLS = {code: "?" for code in (*range(32), *range(127, 160)) if code != 9}


def plain(text: str, style: str) -> str:  # noqa: ARG001 - one of two ways to paint
    """Paint nothing."""
    return text


def coloured(text: str, style: str) -> str:
    """Paint with ANSI colours; an unknown style paints nothing."""
    return click.style(text, **_STYLES[style]) if text and style in _STYLES else text


def clean(text: str) -> str:
    """The text on one line, without control characters."""
    return " ".join(text.splitlines()).translate(_CONTROLS)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where the CLI speaks.

    Attributes:
        width: columns that a line may have.
        live: stderr is a terminal, so a line may be written again.
        paint: colours for stdout.
        tint: colours for stderr.
    """

    width: int = 100
    live: bool = False
    paint: Paint = plain
    tint: Paint = plain

    def out(self, text: str) -> None:
        """Data, to stdout."""
        click.echo(text, color=True)

    def say(self, text: str) -> None:
        """Talk, to stderr."""
        click.echo(text, err=True, color=True)

    def data(self, document: object) -> None:
        """A JSON document, to stdout."""
        import json

        click.echo(json.dumps(document, indent=2, ensure_ascii=False))

    def line(self, document: object) -> None:
        """One JSON document on one line, to stdout, at once."""
        import json

        click.echo(json.dumps(document, ensure_ascii=False))


def find_terminal(environ: Mapping[str, str]) -> Terminal:
    """The terminal as it is: `NO_COLOR`, `COLUMNS`, pipes and dumb terminals honoured."""
    dumb = environ.get("TERM") == "dumb"
    wanted = not environ.get("NO_COLOR") and not dumb
    live = sys.stderr.isatty() and not dumb
    return Terminal(
        width=_width(environ),
        live=live,
        paint=coloured if wanted and sys.stdout.isatty() else plain,
        tint=coloured if wanted and sys.stderr.isatty() else plain,
    )


def _width(environ: Mapping[str, str]) -> int:
    if (columns := environ.get("COLUMNS", "")).isdigit() and int(columns) >= 40:
        return int(columns)
    try:
        found = os.get_terminal_size(sys.stdout.fileno()).columns
        return max(found or 80, 40)  # 0: nobody told the terminal its size
    except (OSError, ValueError):  # a pipe: nothing is cut for a program
        return 10_000

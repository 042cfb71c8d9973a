"""How errors are shown: two lines and an exit code. No traceback reaches a user, none is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pierhead.cli.terminal import Terminal, clean
from pierhead.errors import PierheadError

INTERRUPTED = 130  # what a shell reports for a program ended by SIGINT


def fail(error: PierheadError, terminal: Terminal) -> click.exceptions.Exit:
    """Print the two lines; raise what it returns to end with the error's exit code."""
    for line in error_lines(error, terminal):
        terminal.say(line)
    return click.exceptions.Exit(error.exit_code)


@contextmanager
def until_interrupted() -> Iterator[None]:
    """For what is looked at until Ctrl-C: that is its end and no accident."""
    try:
        yield
    except KeyboardInterrupt:
        raise click.exceptions.Exit(INTERRUPTED) from None


def error_lines(error: PierheadError, terminal: Terminal) -> list[str]:
    """`error: place: cause`, and `hint: next step` where there is one.

    An error that is several, as of a configuration, has a line for each.
    """
    first, *others = str(error).splitlines() or [""]
    lines = [f"{terminal.tint('error:', 'bad')} {clean(first)}"]
    lines += [f"       {clean(other)}" for other in others]
    if error.hint:
        lines.append(f"{terminal.tint('hint:', 'faint')} {clean(error.hint)}")
    return lines


def unexpected(error: BaseException, home: Path) -> PierheadError:
    """An error of ours for one that is a mistake of ours; its traceback goes to a file."""
    what = f"this is a mistake in Pierhead: {type(error).__name__}: {error}"
    path = home / "logs" / "cli.log"
    try:
        _append(path, error)
    except OSError as failure:
        hint = f"the traceback could not be kept: {path}: {failure.strerror}"
    else:
        hint = f"please report it with the end of {path}"
    return PierheadError(what, hint=hint)


def _append(path: Path, error: BaseException) -> None:
    import traceback
    from datetime import UTC, datetime

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8") as log:
        log.write(f"{datetime.now(UTC).isoformat()}\n")
        # Without local variables: they may hold the values of `--env`.
        log.writelines(traceback.format_exception(error))

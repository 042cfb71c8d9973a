"""What still runs of a home: found by the notes of `launch`, without asking supervisord."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from pierhead.errors import InvalidInput, Unavailable
from pierhead.hosts import tree
from pierhead.runtimes.programs import ProgramFiles

# Seconds that they have to end by themselves.
PATIENCE = 5.0


def leftovers(home: Path) -> list[tree.Process]:
    """Processes of this home that run, and all that belongs to them, by the notes of `launch`."""
    found: list[tree.Process] = []
    for path in sorted((home / "run").glob("*.json")):
        with contextlib.suppress(InvalidInput):
            process, _ = ProgramFiles(home, path.stem).read_run()
            found += tree.tree(process.pid) if process else []
    return found


def end_leftovers(home: Path) -> None:
    """End what an earlier supervisord left running, and it too if it no longer answers.

    Raises:
        Unavailable: if something cannot be ended.
    """
    boss = supervisor_process(home)
    left = leftovers(home) + ([boss] if boss else [])
    if not tree.end(left, PATIENCE):
        raise Unavailable(f"processes of an earlier run below {home} cannot be ended")


def supervisor_process(home: Path) -> tree.Process | None:
    """The supervisord of this home, if the process that its pid file names really is one."""
    try:
        pid = int((home / "supervisord.pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    mine = os.fsencode(home / "supervisord.conf") in command.split(b"\0")
    return tree.read_process(pid) if mine else None

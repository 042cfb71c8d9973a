"""Notes of the commands that run, so that those a killed server leaves behind are ended.

A command is a session of its own and goes on without its server. The next server carries out the
same phase again, and a schema step or a build must not meet itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pierhead.hosts import tree

_PATIENCE = 3.0  # seconds from SIGTERM to SIGKILL


class Notes:
    """One small file for each command while it runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def of(self, pid: int) -> Iterator[None]:
        """Keep a note while a command runs; a command that has ended needs none."""
        process = tree.read_process(pid)
        if process is None:
            yield
            return
        path = self._folder / f"{pid}.json"
        with suppress(OSError):  # a full disk: the command runs all the same
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_text(json.dumps({"started": process.started, "boot": _boot()}))
        try:
            yield
        finally:
            with suppress(OSError):
                path.unlink()

    def end_all(self) -> list[int]:
        """End the commands of an earlier server and forget them; returns their process ids."""
        ended = []
        for path in self._folder.glob("*.json"):
            if self._still(path):
                pid = int(path.stem)
                tree.end(tree.tree(pid), _PATIENCE)
                ended.append(pid)
            path.unlink(missing_ok=True)
        return ended

    def _still(self, path: Path) -> bool:
        """Whether the note is of this boot and nobody else has the process id."""
        try:
            row = json.loads(path.read_text())
            process = tree.read_process(int(path.stem))
            # Its first process may have ended before its children: the session is still its own.
            same = process is None or process.started == row["started"]
            return bool(same and row["boot"] == _boot())
        except (OSError, ValueError, KeyError, TypeError):
            return False


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()

"""What a deployment says while it runs: one text file, secrets replaced before they are written."""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path

from pierhead.domain.clock import now
from pierhead.domain.secret import Redactor

_LARGEST = 10_000_000  # bytes, as the logs of instances; one old file is kept
KEPT_LINES = 100  # of a failed deployment, on its record


class DeploymentLog:
    """Appends lines `TIME PHASE | TEXT` to the log of one deployment."""

    def __init__(self, path: Path, redact: Redactor, tell: Callable[[], None]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path
        self._redact = redact
        self._tell = tell

    def write(self, phase: str, text: str) -> None:
        """Append a text, line by line; what the disk has no room for is left out.

        A deployment that fills the disk fails by its own commands, and is told so by them.
        """
        stamp = now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        lines = [f"{stamp} {phase:<10} | {line}\n" for line in self._redact(text).splitlines()]
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8") as file:
                full = file.tell() > _LARGEST
                file.writelines(lines)
            if full:  # as an instance's is rotated: a build may print for ever
                self._path.replace(f"{self._path}.1")
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
        self._tell()

    def tail(self) -> list[str]:
        """The last lines."""
        found = last_lines(self._path, KEPT_LINES)
        older = last_lines(Path(f"{self._path}.1"), KEPT_LINES - len(found))
        return older + found


def last_lines(path: Path, count: int) -> list[str]:
    """The last lines of a text file; none if it is not there. Reads at most 64 KiB."""
    if count < 1:
        return []
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 65536))
            data = file.read()
    except FileNotFoundError:
        return []
    lines = deque(data.decode(errors="replace").splitlines(), maxlen=count)
    return list(lines)

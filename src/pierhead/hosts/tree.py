"""Process trees, read from /proc: who belongs to whom, and how they are all ended.

Standard library only, because the CLI uses it before any server runs.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

# How often a process that was told to end is looked at.
_LOOK = 0.02


class Process(NamedTuple):
    """One row of the process table; `pid` with `started` (clock ticks since boot) is unique."""

    pid: int
    parent: int
    group: int
    session: int
    started: int


def read_process(pid: int) -> Process | None:
    """The process with this id, or None if it has ended (a zombie has)."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - hot path
            text = file.read()
    except OSError:
        return None
    # The name, in parentheses, may hold anything; the fields after it are described in proc(5).
    fields = text[text.rindex(b")") + 2 :].split()
    if fields[0] in (b"Z", b"X"):
        return None
    return Process(pid, int(fields[1]), int(fields[2]), int(fields[3]), int(fields[19]))


def all_processes() -> list[Process]:
    """Every process of this machine."""
    pids = (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208
    return [process for pid in pids if (process := read_process(pid))]


def tree(pid: int) -> list[Process]:
    """The process, its descendants, and what shares their groups or started in their session.

    So a child that left the group is found through its parent, and one whose parent has ended
    through its group. Only what left both, a daemon, escapes.
    """
    table = all_processes()
    members = {process.pid for process in table if process.pid == pid}
    groups = {pid}
    grew = True
    while grew:
        found = {
            process.pid
            for process in table
            if process.pid not in members
            and (process.parent in members or process.group in groups or process.session in groups)
        }
        grew = bool(found)
        members |= found
        groups |= {p.pid for p in table if p.pid in members and p.group == p.pid}
    return [process for process in table if process.pid in members and process.pid != os.getpid()]


def alive(process: Process) -> bool:
    """Whether this very process still runs."""
    now = read_process(process.pid)
    return now is not None and now.started == process.started


def send(processes: Iterable[Process], number: int) -> None:
    """Send a signal to those that still run."""
    for process in processes:
        if alive(process):
            try:
                os.kill(process.pid, number)
            except (ProcessLookupError, PermissionError):
                continue


def end(
    processes: list[Process], patience: float, sleep: Callable[[float], None] = time.sleep
) -> bool:
    """SIGTERM, then SIGKILL after `patience` seconds; True if all are gone."""
    send(processes, signal.SIGTERM)
    if not wait_gone(processes, patience, sleep):
        send(processes, signal.SIGKILL)
    return wait_gone(processes, 2.0, sleep)


def wait_gone(
    processes: list[Process], patience: float, sleep: Callable[[float], None] = time.sleep
) -> bool:
    """Wait up to `patience` seconds; True if all are gone."""
    until = time.monotonic() + patience
    while any(alive(process) for process in processes):
        if time.monotonic() >= until:
            return False
        sleep(_LOOK)
    return True

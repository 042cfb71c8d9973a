"""Streams for those who watch: deployments as they change, logs as they grow, events."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.instances import process_names
from pierhead.deploy.log import last_lines
from pierhead.deploy.lookup import no_service
from pierhead.deploy.running import Run
from pierhead.domain.deployment import Deployment
from pierhead.domain.event import Event
from pierhead.errors import NotFound

_LOOK = 0.2  # seconds between looks at a log that may have grown
_CHUNK = 256 * 1024


async def watch_deployment(
    adapters: Adapters, deployment_id: str, log_offset: int = 0
) -> AsyncIterator[tuple[str, Any]]:
    """`("deployment", Deployment)` at each change and `("log", (offset, line))` until it ends.

    Args:
        log_offset: bytes of the log the caller has seen already, to go on after an interruption.
    """
    run = await Run.load(adapters, deployment_id)
    path = adapters.layout.deployment_log(
        run.deployment.project, run.deployment.environment, run.deployment.id
    )
    log = _Growing(path, log_offset)
    before: Deployment | None = None
    while True:
        async with adapters.store.snapshot() as tx:
            deployment = await tx.deployment(deployment_id)
        while lines := log.read():  # to its end: what comes last says why it failed
            for line in lines:
                yield "log", line
        if deployment != before:
            yield "deployment", deployment
            before = deployment
        if deployment.finished:
            return
        await adapters.changes.wait(0.5)


async def follow_events(
    adapters: Adapters, after: int, project: str | None
) -> AsyncIterator[Event]:
    """Every event after a sequence number, and then each new one as it happens."""
    while True:
        async with adapters.store.snapshot() as tx:
            events = await tx.events(after=after, project=project, limit=200)
        for event in events:
            after = event.sequence
            yield event
        if not events:
            await adapters.changes.wait(1.0)


def whole_log(path: Path) -> Iterator[bytes]:
    """A log from its beginning, piece by piece: a build may write more than fits in memory."""
    try:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece
    except FileNotFoundError:
        return


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line an instance printed; secrets are replaced."""

    source: str
    deployment: str
    line: str


async def service_log(
    adapters: Adapters,
    project: str,
    environment: str,
    *,
    lines: int,
    follow: bool,
    process: str | None,
) -> AsyncIterator[LogLine]:
    """What the instances of a service printed: the last lines, then new ones as they come.

    Following goes on over deployments: when another version becomes active, its lines come.

    Raises:
        NotFound: at once, if there is no such service, or it has no such process.
    """
    run = await _active(adapters, project, environment)
    _sources(run, process)
    return _lines(adapters, run, lines=lines, follow=follow, process=process)


async def _lines(
    adapters: Adapters, run: Run, *, lines: int, follow: bool, process: str | None
) -> AsyncIterator[LogLine]:
    project, environment = run.deployment.project, run.deployment.environment
    # Each with the run it belongs to, because releases differ in what must not be seen.
    readers: dict[Path, tuple[str, Run, _Growing]] = {}
    for name in _sources(run, process):
        path = adapters.layout.instance_log(project, environment, run.deployment.id, name)
        readers[path] = (name, run, _Growing(path, _size(path)))
        for line in last_lines(path, lines):
            yield LogLine(name, run.deployment.id, run.redact(line))
    while follow:
        for name, owner, growing in readers.values():
            for _, line in growing.read():
                yield LogLine(name, owner.deployment.id, owner.redact(line))
        await asyncio.sleep(_LOOK)
        async with adapters.store.snapshot() as tx:
            active = await tx.active_deployment(project, environment)
        if active is None:
            return  # deleted: nothing more will come
        if active.id == run.deployment.id:
            continue  # a release with all its files is not read again five times a second
        run = await Run.load(adapters, active.id)
        for name in _sources(run, process):
            path = adapters.layout.instance_log(project, environment, run.deployment.id, name)
            if path not in readers:
                readers[path] = (name, run, _Growing(path, 0))


def _sources(run: Run, process: str | None) -> list[str]:
    every = process_names(run.release)
    found = [name for name in every if process in {None, name, name.rpartition(".")[0]}]
    if not found and process is not None:
        raise NotFound(
            f"{run.deployment.project} has no process {process!r}",
            hint=f"it has {', '.join(every)}" if every else "the edge serves its files itself",
        )
    return found


async def _active(adapters: Adapters, project: str, environment: str) -> Run:
    async with adapters.store.snapshot() as tx:
        active = await tx.active_deployment(project, environment)
    if active is None:
        raise no_service(project, environment)
    return await Run.load(adapters, active.id)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


class _Growing:
    """Reads the whole lines that a text file has grown by; one that was rotated starts again."""

    def __init__(self, path: Path, offset: int) -> None:
        self._path = path
        self.offset = offset
        self._inode: int | None = None

    def read(self) -> list[tuple[int, str]]:
        """The new lines, each with the offset after it."""
        try:
            with self._path.open("rb") as file:
                status = os.fstat(file.fileno())
                rotated = self._inode not in {None, status.st_ino} or status.st_size < self.offset
                self._inode = status.st_ino
                if rotated:
                    self.offset = 0
                file.seek(self.offset)
                data = file.read(_CHUNK)
        except FileNotFoundError:
            return []
        whole = data.rfind(b"\n") + 1
        if not whole and len(data) == _CHUNK:
            whole = _CHUNK  # one line longer than that is cut
        lines = []
        for raw in data[:whole].splitlines(keepends=True):
            self.offset += len(raw)
            lines.append((self.offset, raw.rstrip(b"\r\n").decode(errors="replace")))
        return lines

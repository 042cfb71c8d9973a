"""The machine we run on, as a host."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from asyncio.subprocess import DEVNULL, Process
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from pierhead.errors import NotFound, TimedOut, ToolMissing
from pierhead.hosts import KEPT_LINES, Finished, tree
from pierhead.hosts.lines import LineCutter
from pierhead.hosts.notes import Notes

# Seconds from SIGTERM to SIGKILL for a command that is ended early.
PATIENCE = 3.0
# Seconds that output may still come once the command itself has ended: a child that it left
# behind may hold the pipe open for ever.
_LAST_WORDS = 0.5


class LocalHost:
    """Runs commands on this machine, each in a session of its own."""

    def __init__(self, notes: Notes | None = None) -> None:
        """Run commands.

        Args:
            notes: where those that run are noted, for whoever comes after a kill.
        """
        self._notes = notes

    async def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        on_line: Callable[[str], None] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the process tree must end first
    ) -> Finished:
        """Run one command to its end; see `Host.run`. What it leaves running is ended too."""
        reading, writing = os.pipe()
        try:
            process = await _start(argv, cwd, env, writing)
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        kept: deque[str] = deque(maxlen=KEPT_LINES)
        with self._notes.of(process.pid) if self._notes else contextlib.nullcontext():
            try:
                async with asyncio.timeout(timeout):
                    code = await _follow(process, reading, kept, on_line)
            except TimeoutError as error:
                raise TimedOut(
                    f"`{argv[0]}` did not end within {timeout:g} s and was ended",
                    details={"lines": list(kept)},
                ) from error
            finally:
                await _to_the_end(_end(process))
        return Finished(code, tuple(kept))


async def _start(argv: Sequence[str], cwd: Path, env: Mapping[str, str], output: int) -> Process:
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env=dict(env),
            stdin=DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        if not cwd.is_dir():
            raise NotFound(f"the folder {cwd} is not there", where=str(cwd)) from error
        raise ToolMissing(
            f"`{argv[0]}` is not installed: not found in PATH {env.get('PATH', '')!r}",
            hint=f"install {argv[0]}, or name another command",
        ) from error
    except OSError as error:
        raise ToolMissing(
            f"`{argv[0]}` cannot be executed: {error.strerror}",
            hint="it must be executable and, if it is a script, begin with a #! line",
        ) from error


async def _follow(
    process: Process,
    reading: int,
    kept: deque[str],
    on_line: Callable[[str], None] | None,
) -> int:
    stream = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(reading, "rb", buffering=0)
    )
    cutter = LineCutter()

    def take(lines: list[str]) -> None:
        kept.extend(lines)
        for line in lines if on_line else ():
            on_line(line)  # type: ignore[misc]

    async def read() -> None:
        while data := await stream.read(64 * 1024):
            take(cutter.feed(data))

    reader = asyncio.create_task(read())
    waiter = asyncio.create_task(process.wait())
    try:
        # A callback that fails must be heard at once, not when the command ends.
        await asyncio.wait((reader, waiter), return_when=asyncio.FIRST_COMPLETED)
        if reader.done():
            reader.result()
        code = await waiter
        await asyncio.wait((reader,), timeout=_LAST_WORDS)
        if reader.done():
            reader.result()
        take(cutter.close())
        return code
    finally:
        reader.cancel()
        waiter.cancel()
        transport.close()


async def _end(process: Process) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        members = tree.tree(process.pid)
        tree.send(members, number)
        until = time.monotonic() + PATIENCE
        while any(tree.alive(member) for member in members):
            if time.monotonic() >= until:
                break
            await asyncio.sleep(0.02)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), 1.0)


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Let clean-up finish even if the caller is cancelled meanwhile."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    if cancelled:
        raise cancelled

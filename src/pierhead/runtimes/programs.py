"""The files that tell supervisord what to run. Standard library only: the CLI uses them too.

```text
HOME/supervisord.conf     the supervisor itself
HOME/programs/ID.conf     one program, as supervisord reads it
HOME/programs/ID.json     the same, as `launch.py` reads it, with its environment
HOME/run/ID.json          who runs it: pid and start
```
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pierhead.errors import HomeUnusable, InvalidInput
from pierhead.hosts.tree import Process, read_process

_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,239}")
# Characters that supervisord's configuration cannot hold in a path, however they are quoted.
_UNUSABLE = re.compile(r"[\x00-\x1f\"\\*?\[\]{}|%]|\s[;#]")

# autorestart and startretries. A program that ends within its first second is started again
# after 1, 2, 3 ... seconds: 100 tries are 84 minutes, long enough for a database to come back.
_POLICIES: Final = {
    "always": ("true", 100),
    "on-failure": ("unexpected", 10),
    "never": ("false", 0),
}
_LAUNCH = Path(__file__).with_name("launch.py")

# `%(here)s` is the folder of this file, so no path needs quoting.
SUPERVISORD_CONF = """\
[unix_http_server]
file = %(here)s/supervisor.sock
chmod = 0700

[supervisord]
logfile = %(here)s/logs/supervisord.log
logfile_maxbytes = 10MB
logfile_backups = 3
loglevel = info
pidfile = %(here)s/supervisord.pid
identifier = pierhead
umask = 077
nocleanup = true
directory = %(here)s

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[include]
files = programs/*.conf
"""


def check_id(program: str) -> str:
    """Return the id if it may name a program and its files.

    Raises:
        InvalidInput: if not.
    """
    if not _ID.fullmatch(program):
        raise InvalidInput(f"{program!r} cannot name an instance: a-z, 0-9, dots and hyphens only")
    return program


def check_home(home: Path) -> None:
    """Refuse a home whose path supervisord cannot use.

    Raises:
        HomeUnusable: if it cannot.
    """
    if found := _UNUSABLE.search(str(home)):
        raise HomeUnusable(f"{home} holds {found.group()!r}, which supervisord cannot read")
    # sockaddr_un holds 107 bytes, and supervisord first makes `/supervisor.sock.` + its pid.
    if len(os.fsencode(home)) > 83:
        raise HomeUnusable(f"{home} is longer than 83 bytes, too long for sockets below it")


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone may read; whole or not at all."""
    aside = path.with_name(f".{path.name}.new")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


class ProgramFiles:
    """The files of one program below a home."""

    def __init__(self, home: Path, program: str) -> None:
        self.program = check_id(program)
        self.conf = home / "programs" / f"{program}.conf"
        self.spec = home / "programs" / f"{program}.json"
        self.run = home / "run" / f"{program}.json"

    def read_spec(self) -> dict[str, Any] | None:
        """The specification as it was last written, or None."""
        try:
            spec: dict[str, Any] = json.loads(self.spec.read_text())
        except (OSError, ValueError):
            return None
        return spec

    def write(self, spec: Mapping[str, Any], *, wanted: bool) -> None:
        """Write both files; `wanted` says whether it runs after a restart of supervisord."""
        for path in (self.conf, self.run):
            path.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(self.spec, json.dumps(spec, sort_keys=True))
        write_private(self.conf, self._conf(spec, wanted))

    def delete(self) -> None:
        """Remove them all; those that are gone do not matter."""
        for path in (self.conf, self.spec, self.run):
            path.unlink(missing_ok=True)

    def read_run(self) -> tuple[Process | None, int]:
        """The process that runs it, if it still does, and how often it was started."""
        try:
            row = json.loads(self.run.read_text())
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
            pid, ticks, starts = int(row["pid"]), int(row["ticks"]), int(row["starts"])
        except (OSError, ValueError, KeyError):
            return None, 0
        process = read_process(pid)
        same = process and process.started == ticks and row.get("boot") == boot
        return (process if same else None), starts

    def _conf(self, spec: Mapping[str, Any], wanted: bool) -> str:
        autorestart, retries = _POLICIES[spec["restart"]]
        command = (sys.executable, "-I", "-S", str(_LAUNCH), str(self.spec), str(self.run))
        rows = {
            "command": " ".join(_quote(word) for word in command),
            "autostart": "true" if wanted else "false",
            "autorestart": autorestart,
            "exitcodes": "0",
            "startsecs": "1",
            "startretries": str(retries),
            "stopsignal": "TERM",
            "stopasgroup": "true",
            "killasgroup": "true",
            "stopwaitsecs": str(max(1, math.ceil(spec["stop_timeout"]))),
            "redirect_stderr": "true",
            "stdout_logfile": spec["log"].replace("%", "%%"),
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": "3",
        }
        lines = [f"{key} = {value}" for key, value in rows.items()]
        return "\n".join([f"[program:{self.program}]", *lines, ""])


def program_spec(
    *,
    argv: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str],
    log: Path,
    limits: Mapping[str, int | None] | None = None,
    restart: str = "always",
    stop_timeout: float = 10.0,
) -> dict[str, Any]:
    """A specification, as plain JSON data.

    Raises:
        InvalidInput: if the command is empty or the path of the log cannot be written down.
    """
    if not argv or not argv[0]:
        raise InvalidInput("there is no command to run")
    if found := _UNUSABLE.search(str(log)):
        raise InvalidInput(f"the log {log} holds {found.group()!r}, which supervisord cannot read")
    return {
        "argv": list(argv),
        "cwd": str(cwd),
        "environment": dict(environment),
        "limits": dict(limits or {}),
        "restart": restart,
        "stop_timeout": stop_timeout,
        "log": str(log),
    }


def _quote(word: str) -> str:
    return '"' + word.replace("%", "%%") + '"'

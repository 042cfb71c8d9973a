"""The server on demand: started when a command needs it, and renewed after an upgrade."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from pierhead import __version__
from pierhead.client import Client
from pierhead.errors import PierheadError, ServerUnreachable, TimedOut

START_SECONDS = 20.0  # the first start creates the database and starts Caddy: about 3 s
STOP_SECONDS = 30.0
TAIL = 10  # lines of the log that are shown if it does not come up

# What the server needs of the caller: where programs are, how packages are reached, our settings.
# Nothing else of a shell's environment has a place in a process that lives for months.
_NAMES = (
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "PYTHONPATH"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
)
_PREFIXES = ("PIERHEAD_", "LC_", "UV_", "PIP_", "NPM_CONFIG_", "XDG_")


class Launcher(Protocol):
    """What starts and ends the server's processes (`pierhead.runtimes.boot`)."""

    def ensure_running(self, home: Path, server_argv: list[str], env: dict[str, str]) -> None:
        """Start the supervisor and the server unless they run."""
        ...

    def restart_program(self, home: Path) -> None:
        """Stop and start the server alone; what it runs goes on."""
        ...

    def shutdown(self, home: Path, timeout: float) -> None:
        """End the server and everything it runs, within that many seconds."""
        ...


def server_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that the server inherits; a token only if it is to listen on TCP."""
    kept = {
        name: value
        for name, value in environ.items()
        if name.upper() in _NAMES or name.upper().startswith(_PREFIXES)
    }
    if not kept.get("PIERHEAD_LISTEN"):
        kept.pop("PIERHEAD_TOKEN", None)  # it is for a server elsewhere
    return kept


def start_server(
    client: Client,
    launcher: Launcher,
    home: Path,
    environ: Mapping[str, str],
    patience: float = START_SECONDS,
) -> None:
    """Start the server and return when it answers.

    Raises:
        ServerUnreachable: if it does not answer in time; the end of its log is in the hint.
    """
    argv = [sys.executable, "-m", "pierhead.cli.main", "serve"]
    launcher.ensure_running(home, argv, server_environment(environ))
    if not wait_until(lambda: answers(client), patience):
        raise _not_started(home, patience)


def renew_server(client: Client, launcher: Launcher, home: Path) -> str:
    """Start the server anew from what is installed now; return its version then.

    Raises:
        ServerUnreachable: if it does not come up again.
    """
    launcher.restart_program(home)
    if not wait_until(lambda: answers(client), START_SECONDS):
        raise _not_started(home, START_SECONDS)
    return client.health()["version"]


def answers(client: Client) -> bool:
    """Whether the server is there."""
    try:
        return client.health(timeout=2.0)["status"] == "healthy"
    except (ServerUnreachable, TimedOut):
        return False


def wait_until(condition: Callable[[], bool], patience: float) -> bool:
    """Whether the condition holds within that many seconds; asked every 20 to 200 ms."""
    deadline = time.monotonic() + patience
    pause = 0.02
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)
    return True


def _not_started(home: Path, patience: float) -> PierheadError:
    log = home / "logs" / "server.log"
    try:
        lines = log.read_text("utf-8", "replace").splitlines()[-TAIL:]
    except OSError:
        lines = []
    return ServerUnreachable(
        f"the server did not come up within {patience:.0f} s",
        where=str(home),
        hint=f"its log is {log}; `pierhead doctor` says what is missing",
        details={"log_tail": lines},
    )


def older(version: str, than: str = __version__) -> bool:
    """Whether a version such as `0.1.0` comes before another; unreadable ones do not."""

    def numbers(text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.split("."))

    try:
        return numbers(version) < numbers(than)
    except ValueError:
        return False

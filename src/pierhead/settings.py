"""Where Pierhead keeps its things and how its server is reached: `PIERHEAD_*` variables."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pierhead.errors import HomeUnusable, InvalidInput

_SHORTEST_TOKEN = 16  # characters; below that it can be guessed
# The range of contracts.md, "Port manager": 20,001 ports.
FIRST_PORT, LAST_PORT = 20000, 40000


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one installation; a plain value, so that the CLI can read it in no time.

    Attributes:
        home: everything Pierhead keeps (`PIERHEAD_HOME`, default `~/.pierhead`).
        database_url: SQLAlchemy URL (`PIERHEAD_DATABASE_URL`), default SQLite below `home`.
        listen: `host:port` for TCP (`PIERHEAD_LISTEN`), or empty for the unix socket alone.
        token: the bearer token that TCP asks for (`PIERHEAD_TOKEN`); never printed.
        bind: address the edge listens on (`PIERHEAD_BIND`, default 127.0.0.1).
        edge_port: port of the edge that serves all names (`PIERHEAD_EDGE_PORT`, default 7080).
        max_files: files a source folder may have (`PIERHEAD_MAX_FILES`, default 100,000).
    """

    home: Path
    database_url: str
    listen: str = ""
    token: str = ""
    bind: str = "127.0.0.1"
    edge_port: int = 7080
    max_files: int = 100_000

    def __repr__(self) -> str:
        return f"Settings(home={str(self.home)!r})"

    @property
    def socket(self) -> Path:
        """The server's unix socket."""
        return self.home / "server.sock"


def _number(environ: dict[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name, str(default))
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise InvalidInput(f"{name} is {text!r}: a number from 1 to {most} is needed", where=name)
    return int(text)


def load_settings(environ: dict[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises:
        InvalidInput: if a variable has no usable value.
    """
    env = dict(os.environ) if environ is None else environ
    home = Path(env.get("PIERHEAD_HOME") or Path.home() / ".pierhead").expanduser().absolute()
    # sockaddr_un holds 107 bytes; supervisord first makes `supervisor.sock.PID` below home.
    if len(os.fsencode(home)) > 83:
        raise HomeUnusable(
            f"{home} is too long: the path of a unix socket below it may have 107 bytes",
            where="PIERHEAD_HOME",
            hint="set PIERHEAD_HOME to a path of at most 83 bytes",
        )
    listen, token = env.get("PIERHEAD_LISTEN", ""), env.get("PIERHEAD_TOKEN", "")
    if listen and len(token) < _SHORTEST_TOKEN:
        raise InvalidInput(
            f"{listen} needs a token of at least {_SHORTEST_TOKEN} characters",
            where="PIERHEAD_TOKEN",
            hint="for example the output of `openssl rand -hex 32`",
        )
    return Settings(
        home=home,
        database_url=env.get("PIERHEAD_DATABASE_URL") or f"sqlite:///{home / 'pierhead.db'}",
        listen=listen,
        token=token,
        bind=env.get("PIERHEAD_BIND") or "127.0.0.1",
        edge_port=_number(env, "PIERHEAD_EDGE_PORT", 7080, 65535),
        max_files=_number(env, "PIERHEAD_MAX_FILES", 100_000, 10_000_000),
    )

"""Where the server is: a unix socket, or `PIERHEAD_URL`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pierhead.errors import InvalidInput
from pierhead.settings import Settings


@dataclass(frozen=True, slots=True)
class Address:
    """How a server is reached: by its socket, or by host and port.

    Attributes:
        socket: the unix socket, or None where the server is reached over TCP.
        host: of `PIERHEAD_URL`.
        port: of `PIERHEAD_URL`.
        secure: whether TLS is spoken.
        token: the bearer token; never printed.
    """

    socket: Path | None
    host: str = "localhost"
    port: int = 0
    secure: bool = False
    token: str = field(default="", repr=False)

    @property
    def local(self) -> bool:
        """Whether the server is one that this machine starts by itself."""
        return self.socket is not None

    def __str__(self) -> str:
        if self.socket is not None:
            return str(self.socket)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"


def find_address(environ: Mapping[str, str], settings: Settings) -> Address:
    """The server that the environment names; its socket below `PIERHEAD_HOME` by default.

    Raises:
        InvalidInput: if `PIERHEAD_URL` or `PIERHEAD_TOKEN` cannot be used.
    """
    url = environ.get("PIERHEAD_URL", "")
    if not url:
        return Address(settings.socket)
    if not settings.token.isascii() or not settings.token.isprintable():
        raise InvalidInput(
            "the token holds characters that no header may have",
            where="PIERHEAD_TOKEN",
            hint="copy the token again, without the end of the line",
        )
    return _parse(url, settings.token)


def _parse(url: str, token: str) -> Address:
    from urllib.parse import urlsplit  # noqa: PLC0415 - not needed for a unix socket

    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    # The URL is not repeated: it may hold a password.
    if not host or parts.scheme not in {"http", "https"} or parts.username is not None:
        raise InvalidInput(
            "this is not the address of a server",
            where="PIERHEAD_URL",
            hint="for example http://10.0.0.5:7081, with the token in PIERHEAD_TOKEN",
        )
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise InvalidInput(
            "the address of a server has no path",
            where="PIERHEAD_URL",
            hint=f"{parts.scheme}://{parts.netloc} is enough",
        )
    secure = parts.scheme == "https"
    return Address(None, host, port or (443 if secure else 80), secure, token)

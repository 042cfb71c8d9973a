"""`pierhead serve`: the one process that holds the state."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from pierhead.api.access import PeerNamingProtocol
from pierhead.api.app import create_app
from pierhead.errors import Conflict, InvalidInput, PortTaken
from pierhead.runtimes.leftovers import supervisor_process
from pierhead.settings import Settings
from pierhead.wiring import running

_log = logging.getLogger(__name__)
_SHORTEST_TOKEN = 16  # characters; below that it can be guessed
_LOOK = 2.0  # seconds between looks for supervisord
_DRAIN = 2  # seconds that open streams may take when the server ends


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        InvalidInput: if TCP is asked for without a usable token.
        Conflict: if a server of this home runs already.
    """
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for noisy in ("httpx", "httpcore", "uvicorn.error", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    _check(settings)
    with _only_one(settings.home):
        asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    async with running(settings) as adapters:
        config = uvicorn.Config(
            create_app(adapters),
            http=PeerNamingProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_DRAIN,
        )
        sockets = [_unix_socket(settings.socket)]
        if settings.listen:
            sockets.append(_tcp_socket(settings.listen))
        server = uvicorn.Server(config)
        watching = asyncio.create_task(_end_with_supervisord(settings.home, server))
        try:
            await server.serve(sockets=sockets)
        finally:
            watching.cancel()
            settings.socket.unlink(missing_ok=True)


async def _end_with_supervisord(home: Path, server: uvicorn.Server) -> None:
    """End the server once supervisord is gone, killed perhaps.

    Nothing can be started or stopped without it, and the next command starts all anew.
    """
    while supervisor_process(home) is not None:  # noqa: ASYNC110 - nobody tells us
        await asyncio.sleep(_LOOK)
    _log.error("supervisord is gone; the next command starts it and all that it ran")
    server.should_exit = True


def _check(settings: Settings) -> None:
    if settings.listen and len(settings.token) < _SHORTEST_TOKEN:
        raise InvalidInput(
            f"{settings.listen} needs a token of at least {_SHORTEST_TOKEN} characters",
            where="PIERHEAD_TOKEN",
            hint="for example the output of `openssl rand -hex 32`",
        )


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Hold the home; the kernel lets go of it however this process ends."""
    descriptor = os.open(home / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Conflict(f"a server of {home} runs already", hint="`pierhead down` ends it") from None
    try:
        yield
    finally:
        os.close(descriptor)


def _unix_socket(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # left by a server that was killed; we hold the home
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        sock.bind(str(path))
    finally:
        os.umask(before)
    return sock


def _tcp_socket(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise InvalidInput(f"{listen!r} is not host:port", where="PIERHEAD_LISTEN")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, int(port)))
    except OSError as error:
        sock.close()
        raise PortTaken(f"cannot listen on {listen}: {error.strerror}", where=listen) from error
    return sock

"""`pierhead serve`: the one process that holds the state."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from pierhead.api.access import PeerNamingProtocol
from pierhead.api.app import create_app
from pierhead.deploy.phases import HANDLERS, Handler
from pierhead.errors import Conflict, InvalidInput, PortTaken
from pierhead.runtimes.leftovers import supervisor_process
from pierhead.settings import Settings
from pierhead.wiring import running

_log = logging.getLogger(__name__)
_LOOK = 2.0  # seconds between looks for supervisord
_DRAIN = 2  # seconds that open streams may take when the server ends


def serve(settings: Settings, handlers: Mapping[str, Handler] = HANDLERS) -> None:
    """Serve until SIGTERM or SIGINT.

    Ending the server is no more than killing it: what runs is carried on by the next one, so there
    is nothing to tidy up and no second way to get it wrong.

    Args:
        settings: of this installation.
        handlers: what the actions of a plan do.

    Raises:
        InvalidInput, PortTaken: if the address of PIERHEAD_LISTEN cannot be used.
        Conflict: if a server of this home runs already.
    """
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for noisy in ("httpx", "httpcore", "uvicorn.error", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    with _only_one(settings.home):
        asyncio.run(_serve(settings, handlers))


async def _serve(settings: Settings, handlers: Mapping[str, Handler]) -> None:
    async with running(settings, handlers) as adapters:
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
            # Python before 3.13 leaves it there; the home is ours.
            settings.socket.unlink(missing_ok=True)


async def _end_with_supervisord(home: Path, server: uvicorn.Server) -> None:
    """End the server once supervisord is gone, killed perhaps.

    Nothing can be started or stopped without it, and the next command starts all anew.
    """
    while supervisor_process(home) is not None:  # noqa: ASYNC110 - nobody tells us
        await asyncio.sleep(_LOOK)
    _log.error("supervisord is gone; the next command starts it and all that it ran")
    server.should_exit = True


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

"""Who may speak to the server: the owner over the unix socket, a token over TCP."""

from __future__ import annotations

import asyncio
import hmac
import pwd
import socket
import struct
from typing import Any

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from pierhead.api.problems import answer
from pierhead.domain.actor import Actor
from pierhead.errors import AccessDenied

_UNIX = "unix:"
_OPEN = frozenset({"/health"})


class PeerNamingProtocol(H11Protocol):
    """HTTP/1.1 that knows the user and process at the other end of a unix socket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Ask the kernel who connected (SO_PEERCRED)."""
        super().connection_made(transport)
        sock = transport.get_extra_info("socket")
        if sock is not None and sock.family == socket.AF_UNIX:
            size = struct.calcsize("3i")
            credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
            pid, uid, _ = struct.unpack("3i", credentials)
            self.client = (f"{_UNIX}{_user(uid)}", pid)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def actor_of(request: Request) -> Actor:
    """Who sent a request."""
    client = request.scope.get("client") or ("unknown", 0)
    host, port = client
    if host.startswith(_UNIX):
        return Actor(host.removeprefix(_UNIX), f"unix socket, pid {port}")
    return Actor("token", host)


class RequireToken:
    """Refuses TCP requests without the token; compared in constant time."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed."""
        if scope["type"] == "http" and not self._allowed(scope):
            error = AccessDenied(
                "this address asks for a token",
                hint="send it as `Authorization: Bearer TOKEN`, or set PIERHEAD_TOKEN",
            )
            await answer(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        host, _ = scope.get("client") or ("", 0)
        if host.startswith(_UNIX) or scope["path"] in _OPEN:
            return True
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        given: Any = next((v for k, v in headers if k == b"authorization"), b"")
        kind, _, token = given.partition(b" ")
        right = hmac.compare_digest(token.strip(), self._token)
        return bool(self._token) and kind.lower() == b"bearer" and right

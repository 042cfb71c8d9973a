"""How large a request may be: bodies are held in memory, except bundles."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# An environment that Linux can hand to a process has 2 MB at most (ARG_MAX on most systems), and
# JSON may write each character of it as six.
MOST = 12 * 2**20


class LimitBody:
    """Refuses a body as soon as it is larger than `MOST` bytes."""

    def __init__(self, app: ASGIApp, streamed: frozenset[str]) -> None:
        """Guard an application.

        Args:
            app: what is guarded.
            streamed: paths that take in their body piece by piece and have limits of their own.
        """
        self._app = app
        self._streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, counting."""
        if scope["type"] != "http" or scope["path"] in self._streamed:
            await self._app(scope, receive, send)
            return
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > MOST:
                raise HTTPException(413, f"the body has more than {MOST // 2**20} MiB")
            return message

        await self._app(scope, counted, send)

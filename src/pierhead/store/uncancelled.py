"""Work that a cancellation may only interrupt between its steps."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def uncancelled(work: Coroutine[Any, Any, T]) -> T:
    """Await something to its end; a cancellation that comes meanwhile is delivered after it.

    A driver interrupted inside a statement may leave its connection, and the lock it holds, to
    chance: on SQLite all writers would wait until that connection is collected. Statements are
    short, and bounded by the database's own time-outs.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError:
                continue  # the first one is delivered; more say nothing new
        if not task.cancelled():
            task.exception()  # looked at, so that it is not reported as forgotten
        raise

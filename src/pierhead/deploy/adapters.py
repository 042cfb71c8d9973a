"""What the use cases are given to work with; built by wiring alone."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakValueDictionary

from pierhead.deploy.layout import Layout
from pierhead.edge.caddy import Edge
from pierhead.hosts import Host
from pierhead.runtimes.supervisord import Supervisord
from pierhead.settings import Settings
from pierhead.store.blobs import BlobStore
from pierhead.store.store import Store


class Queue(Protocol):
    """Where durable work is put."""

    async def submit(self, name: str, subject: str, *, partition: str) -> None:
        """Queue the named sequence for a subject; the same one twice changes nothing."""
        ...


class Changes:
    """Wakes those in this process who wait for something to change."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        """Wake all who wait."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, at_most: float) -> None:
        """Return at the next change, or after so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), at_most)


class Locks:
    """Locks by name, within this process; a name nobody holds is forgotten."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, name: str) -> asyncio.Lock:
        """The lock of that name."""
        return self._locks.setdefault(name, asyncio.Lock())


@dataclass(frozen=True, slots=True)
class Adapters:
    """Everything outside the core, as one value."""

    settings: Settings
    key: bytes
    layout: Layout
    store: Store
    blobs: BlobStore
    host: Host
    supervisor: Supervisord
    edge: Edge
    queue: Queue
    changes: Changes = field(default_factory=Changes)
    locks: Locks = field(default_factory=Locks)

"""The store: one database, reached in transactions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from pierhead.domain.deployment import UNFINISHED
from pierhead.errors import StorageError
from pierhead.store import schema
from pierhead.store.cipher import Cipher
from pierhead.store.database import BUSY_SECONDS, connect, translated
from pierhead.store.deployments import Deployments
from pierhead.store.events import Audit, Events
from pierhead.store.ports import Ports
from pierhead.store.releases import Releases
from pierhead.store.services import Secrets, Services
from pierhead.store.uncancelled import uncancelled


class Transaction(Releases, Deployments, Services, Secrets, Ports, Events, Audit):
    """Everything that can be asked of the store; all of one transaction happens, or nothing."""

    async def delete_project(self, project: str, environment: str) -> None:
        """Forget a project's environment: its service, ports and secrets.

        Its deployments and events stay as history. Its releases go, and with them the hold on
        their blobs, once no environment of the project has a service, or is about to have one.
        """
        elsewhere, _ = await self.deployments(project=project, status=UNFINISHED, page_size=100)
        under_way = any(one.environment != environment for one in elsewhere)
        await self.delete_service(project, environment)
        await self.release_ports(project, environment)
        await self._delete_secrets(project, environment)
        if not under_way and not await self.services(project):
            await self._delete_releases(project)


class Store:
    """A database on SQLite or PostgreSQL, its tables up to date.

    It belongs to the event loop that opened it; another loop, thread or process opens its own.
    """

    def __init__(self, engine: AsyncEngine, cipher: Cipher) -> None:
        self._engine = engine
        self._cipher = cipher
        self._loop = asyncio.get_running_loop()
        # SQLite has one writer at a time. Ours wait in a fair queue, not in its busy handler.
        self._one_writer = asyncio.Lock() if engine.dialect.name == "sqlite" else None

    @classmethod
    async def open(cls, url: str, *, key: bytes) -> Store:
        """Open a database and bring its tables up to date.

        Args:
            url: `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/DATABASE`.
            key: 32 bytes; secrets are encrypted with it.

        Raises:
            ConfigError: if the URL cannot be used.
            StorageError: if the database cannot be reached, or a newer Pierhead has written it.
            HomeUnusable: if it was made with another key.
        """
        store = cls(connect(url), Cipher(key))
        try:
            with translated():
                await uncancelled(schema.ensure(store._engine))
            async with store.transaction() as transaction:
                await transaction.check_key()
        except BaseException:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        """Give back all connections."""
        await self._engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction: committed at the end, rolled back on any exception.

        Keep it short and never open a second one inside: on SQLite it would wait for the first.

        Raises:
            StorageFull: if there is no space left.
            StorageError: if the database fails, or stays busy for 30 seconds.
        """
        async with self._turn(), self._begun(read_only=False) as connection:
            yield Transaction(connection, self._cipher)
            await uncancelled(connection.commit())

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """A transaction for reading alone, which waits for no writer; writing in it may fail."""
        async with self._begun(read_only=True) as connection:
            yield Transaction(connection, self._cipher)

    async def ping(self) -> float:
        """Seconds the database takes to answer.

        Raises:
            StorageError: if it does not.
        """
        start = time.perf_counter()
        async with self.snapshot() as transaction:
            await transaction.ping()
        return time.perf_counter() - start

    @asynccontextmanager
    async def _begun(self, *, read_only: bool) -> AsyncIterator[AsyncConnection]:
        """A connection inside a transaction, which is rolled back unless somebody commits it."""
        if asyncio.get_running_loop() is not self._loop:
            raise RuntimeError("a store belongs to the event loop that opened it; open another")
        with translated():
            connection = self._engine.connect()
            try:
                await uncancelled(_begin(connection, read_only))
                yield connection
            finally:
                if connection.sync_connection is not None:
                    await uncancelled(connection.close())

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._one_writer is None:
            yield
            return
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                await self._one_writer.acquire()
        except TimeoutError:
            raise StorageError(
                f"the database was busy for {BUSY_SECONDS} seconds with one transaction"
            ) from None
        try:
            yield
        finally:
            self._one_writer.release()


async def _begin(connection: AsyncConnection, read_only: bool) -> None:
    await connection.start()
    await connection.execution_options(read_only=read_only)
    await connection.begin()

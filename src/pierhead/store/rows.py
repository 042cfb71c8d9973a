"""What the parts of a transaction have in common."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, CursorResult, Executable, Row, Select, Table, exc, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from pierhead.errors import Conflict, HomeUnusable, NotFound, StorageError
from pierhead.store.cipher import Cipher
from pierhead.store.tables import counters, key_check
from pierhead.store.uncancelled import uncancelled


class Rows:
    """A connection inside a transaction, and the cipher for what is secret."""

    def __init__(self, connection: AsyncConnection, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher

    async def _execute(self, statement: Executable) -> CursorResult[*tuple[Any, ...]]:
        return await uncancelled(self._connection.execute(statement))

    async def _guarded(self, statement: Executable, refusal: str) -> None:
        """Execute it so that a refusal by a constraint leaves the transaction usable.

        Raises:
            Conflict: with that message, if a constraint refuses it.
        """
        try:
            await uncancelled(self._in_savepoint(statement))
        except exc.IntegrityError as error:
            raise Conflict(refusal) from error

    async def _in_savepoint(self, statement: Executable) -> None:
        async with self._connection.begin_nested():
            await self._connection.execute(statement)

    async def _one_by_id(
        self, query: Select[*tuple[Any, ...]], column: Column[str], beginning: str, what: str
    ) -> Row[*tuple[Any, ...]]:
        """The row whose identifier is this text, or the only one whose identifier begins so.

        Raises:
            NotFound: if there is none, or more than one.
        """
        if "\0" in beginning:  # PostgreSQL has no such text
            raise NotFound(f"there is no {what} {beginning!r}")
        exact = await self._execute(query.where(column == beginning))
        if (row := exact.first()) is not None:
            return row
        found = query.where(column.startswith(beginning, autoescape=True)).limit(2)
        rows = (await self._execute(found)).all() if beginning else []
        if not rows:
            raise NotFound(
                f"there is no {what} {beginning!r}",
                hint="`pierhead deploy list` shows what there is",
            )
        if len(rows) > 1:
            raise NotFound(
                f"more than one {what} begins with {beginning!r}",
                hint="give more of the identifier",
            )
        return rows[0]

    def _insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that knows ON CONFLICT, in the words of this database."""
        if self._connection.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)

    async def _next(self, counter: str) -> int:
        """The next number of a counter: 1, 2, 3, given to one transaction at a time."""
        insert = self._insert(counters).values(name=counter, last=1)
        statement = insert.on_conflict_do_update(
            index_elements=["name"], set_={"last": counters.c.last + 1}
        ).returning(counters.c.last)
        return int((await self._execute(statement)).scalar_one())

    async def ping(self) -> None:
        """Ask the database for nothing."""
        await self._execute(text("SELECT 1"))

    async def check_key(self) -> None:
        """Compare the key with the one of the first opening.

        Raises:
            HomeUnusable: if it is another one.
        """
        insert = self._insert(key_check).values(id=1, sealed=self._cipher.seal("pierhead", "key"))
        await self._execute(insert.on_conflict_do_nothing())
        sealed = (await self._execute(select(key_check.c.sealed))).scalar_one()
        try:
            self._cipher.open(sealed, "key")
        except StorageError:
            raise HomeUnusable(
                "the database was made with another key",
                hint="set PIERHEAD_KEY, or put back the key file, of that time",
            ) from None

"""What the parts of a transaction have in common."""

from __future__ import annotations

from sqlalchemy import Table, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from pierhead.errors import HomeUnusable, StorageError
from pierhead.store.cipher import Cipher
from pierhead.store.tables import counters, key_check


class Rows:
    """A connection inside a transaction, and the cipher for what is secret."""

    def __init__(self, connection: AsyncConnection, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher

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
        return int((await self._connection.execute(statement)).scalar_one())

    async def ping(self) -> None:
        """Ask the database for nothing."""
        await self._connection.execute(text("SELECT 1"))

    async def check_key(self) -> None:
        """Compare the key with the one of the first opening.

        Raises:
            HomeUnusable: if it is another one.
        """
        insert = self._insert(key_check).values(id=1, sealed=self._cipher.seal("pierhead", "key"))
        await self._connection.execute(insert.on_conflict_do_nothing())
        sealed = (await self._connection.execute(select(key_check.c.sealed))).scalar_one()
        try:
            self._cipher.open(sealed, "key")
        except StorageError:
            raise HomeUnusable(
                "the database was made with another key",
                hint="set PIERHEAD_KEY, or put back the key file, of that time",
            ) from None

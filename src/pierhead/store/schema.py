"""Brings a database to the tables this version of Pierhead knows."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

# The newest migration in alembic/versions. Alembic takes 0.4 s and 20 MB to load, so it is asked
# only when a database is at another one; a test compares this with what Alembic says.
HEAD = "0001"
# Any number that is the same for every Pierhead: names the lock among those of the database.
_LOCK = 0x70696572


async def ensure(engine: AsyncEngine) -> None:
    """Bring the database to `HEAD`, in one transaction; of several at once, one does it.

    Raises:
        StorageError: if a newer Pierhead has written it.
    """
    async with engine.connect() as connection:
        if await connection.run_sync(revision_of) == HEAD:
            return
    from pierhead.store.upgrade import upgrade  # noqa: PLC0415 - see HEAD

    async with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        # Once more: another may have brought it there while this one waited for the lock.
        revision = await connection.run_sync(revision_of)
        await connection.run_sync(upgrade, revision)


def revision_of(connection: Connection) -> str | None:
    """The revision a database is at, or None for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)

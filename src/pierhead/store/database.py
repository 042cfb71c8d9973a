"""Reaching the database: URLs, connections, and the errors of the driver in our words."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, exc, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from pierhead.errors import ConfigError, StorageError, StorageFull

# Seconds a writer waits for another one's transaction. Ours take milliseconds.
BUSY_SECONDS = 30
_POSTGRES_DISK_FULL = "53100"
_EXAMPLES = "use sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE"


def connect(url: str) -> AsyncEngine:
    """An engine for a database; nothing is connected yet, but a file for SQLite is made.

    Raises:
        ConfigError: if the URL is not one for SQLite or PostgreSQL.
        StorageError: if the file cannot be made.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    # What the URL says comes first.
    waits = {"connect_timeout": "10", "options": f"-c lock_timeout={BUSY_SECONDS}s"}
    return create_async_engine(
        parsed.set(drivername="postgresql+psycopg").update_query_dict(waits | dict(parsed.query)),
        hide_parameters=True,  # values are kept out of error messages: they may be secrets
        pool_pre_ping=True,
    )


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
        backend = parsed.get_backend_name()
    except (exc.ArgumentError, ValueError):
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError(
            "the database URL cannot be used", where="PIERHEAD_DATABASE_URL", hint=_EXAMPLES
        )
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigError(
            "the database URL names no file", where="PIERHEAD_DATABASE_URL", hint=_EXAMPLES
        )
    return parsed


def _sqlite(url: URL) -> AsyncEngine:
    path = Path(url.database or "")
    try:
        # Made here, so that it is private from the first moment; SQLite gives -wal the same mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        kind = StorageFull if error.errno == errno.ENOSPC else StorageError
        raise kind(
            f"the database file cannot be used: {error.strerror}", where=str(path)
        ) from error
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"),
        hide_parameters=True,
        # No transactions of the driver's own making: `_begin` starts them.
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # Every commit waits for the disk: what we say happened has happened.
    cursor.execute("PRAGMA synchronous = FULL")
    _write_ahead(cursor)
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Switch to WAL, where readers and the writer do not wait for each other.

    SQLite does not wait for another process that does the same, so we do.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    # A write lock from the start: a transaction that reads first and writes later could fail.
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def translated(where: str | None = None) -> Iterator[None]:
    """Turn errors of the driver into ours; others pass.

    Raises:
        StorageFull: if there is no space left.
        StorageError: for all others; the statement's values are not in the message.
    """
    try:
        yield
    except exc.SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        message = f"the database failed: {_one_line(cause)}"
        full = getattr(cause, "sqlstate", None) == _POSTGRES_DISK_FULL
        kind = StorageFull if full or "disk is full" in str(cause) else StorageError
        raise kind(message, where=where) from error


def _one_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]

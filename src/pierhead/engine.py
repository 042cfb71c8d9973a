"""Durable execution: the only file that knows DBOS.

A `Sequence` is a chain of named steps about one subject. Each step answers with the name of the
next one; the answer is recorded before the next step begins. A server that dies in a step runs
that step again when it is back, so every step looks first and then acts.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextvars import Context
from types import ModuleType
from typing import Any, Protocol

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID, StepOptions
from dbos import error as dbos_error

from pierhead.errors import ToolMissing, Unavailable
from pierhead.settings import Settings

# Work queued by an older build must be carried on by a newer one, so this changes only when the
# meaning of recorded steps does.
APPLICATION_VERSION = "1"
_SQLITE_NEEDED = (3, 42)  # the oldest that DBOS 3.4 runs on
# A step that raises has met something passing, such as a database that is away: what can go wrong
# in a deployment itself is an answer. So it is tried again, for an hour; always after the same
# short time, because whoever waits for the service waits for that too.
_RETRY: StepOptions = {
    "retries_allowed": True,
    "max_attempts": 3600,
    "interval_seconds": 1.0,
    "backoff_rate": 1.0,
}
_BROKEN = frozenset({"ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
_POLL = 0.05  # seconds between looks at a queue with nothing in it


class Sequence(Protocol):
    """A chain of steps that can be carried on after a crash.

    Attributes:
        name: of the queue.
        first: the first step.
        exclusive: whether subjects with the same partition key run one at a time.
    """

    name: str
    first: str
    exclusive: bool

    async def step(self, subject: str, step: str) -> str:
        """Do one step and answer with the next one's name, or an empty text at the end."""
        ...


class Engine:
    """Runs sequences, each at most once per subject, through any number of restarts."""

    def __init__(self, settings: Settings) -> None:
        self._sequences: dict[str, Sequence] = {}
        self._engine = _system_database(settings)
        config: DBOSConfig = {
            "name": "pierhead",
            "system_database_url": settings.database_url,
            "application_version": APPLICATION_VERSION,
            "executor_id": "server",
            "log_level": "WARNING",
            "enable_otlp": False,
            "max_executor_threads": 8,
            "sys_db_pool_size": 5,
            "notification_listener_polling_interval_sec": 0.5,
        }
        if self._engine is not None:
            config["system_database_url"] = str(self._engine.url)
            config["system_database_engine"] = self._engine
        DBOS(config=config)

        # A closure, because DBOS decorates functions, not methods.
        @DBOS.workflow(name="carry_out", max_recovery_attempts=1000)
        async def carry_out(name: str, subject: str) -> None:
            sequence = self._sequences[name]
            step = sequence.first
            while step:
                options: StepOptions = {"name": step, **_RETRY}
                step = await DBOS.run_step_async(options, sequence.step, subject, step)

        self._carry_out = carry_out

    def add(self, sequence: Sequence) -> None:
        """Make a sequence known; all of them before `start`."""
        self._sequences[sequence.name] = sequence

    async def start(self) -> None:
        """Launch and carry on with what was interrupted.

        Raises:
            Unavailable: if the database cannot be used.
        """
        try:
            DBOS.launch()
            for sequence in self._sequences.values():
                await DBOS.register_queue_async(
                    sequence.name,
                    partition_concurrency=1 if sequence.exclusive else None,
                    polling_interval_sec=_POLL,
                    on_conflict="always_update",
                )
        except (sa.exc.SQLAlchemyError, dbos_error.DBOSException) as error:
            raise Unavailable(f"the durable engine cannot start: {error}") from error

    async def submit(self, name: str, subject: str, *, partition: str) -> None:
        """Queue a sequence for a subject.

        One that is queued, runs or has come to its end is left as it is; one that broke off with
        an error begins again.
        """
        # In a context of its own: within a step DBOS would take it for a part of that step.
        enqueue = self._enqueue(name, subject, partition)
        await asyncio.create_task(enqueue, context=Context())

    async def _enqueue(self, name: str, subject: str, partition: str) -> None:
        sequence = self._sequences[name]
        workflow = f"{name}:{subject}"
        while (status := await DBOS.get_workflow_status_async(workflow)) is not None:
            if status.status not in _BROKEN:
                return
            workflow += "+"
        key = partition if sequence.exclusive else None
        with SetWorkflowID(workflow), SetEnqueueOptions(queue_partition_key=key):
            await DBOS.enqueue_workflow_async(name, self._carry_out, name, subject)

    def stop(self) -> None:
        """End without waiting; what runs is carried on at the next start."""
        DBOS.destroy(workflow_completion_timeout_sec=0)


def _system_database(settings: Settings) -> sa.Engine | None:
    """An SQLite engine new enough for DBOS, or None where PostgreSQL is used."""
    if not settings.database_url.startswith("sqlite"):
        return None
    engine = sa.create_engine(f"sqlite:///{settings.home / 'engine.db'}", module=_sqlite_module())

    # As DBOS sets up the engines it makes itself, and write-ahead, so that readers never wait.
    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout = 30000", "foreign_keys = ON", "journal_mode = WAL"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _sqlite_module() -> ModuleType:
    if sqlite3.sqlite_version_info >= _SQLITE_NEEDED:
        return sqlite3
    try:
        from pysqlite3 import dbapi2  # noqa: PLC0415 - absent where no wheel exists
    except ImportError:
        needed = ".".join(map(str, _SQLITE_NEEDED))
        raise ToolMissing(
            f"this Python has SQLite {sqlite3.sqlite_version}, and {needed} is needed",
            hint="use a newer Python, or PostgreSQL through PIERHEAD_DATABASE_URL",
        ) from None
    return dbapi2  # type: ignore[no-any-return]

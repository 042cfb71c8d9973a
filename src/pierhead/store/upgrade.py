"""Runs the migrations; the only module that loads Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from pierhead.errors import StorageError


def upgrade(connection: Connection, revision: str | None) -> None:
    """Bring a database to the newest revision, inside the connection's transaction.

    Args:
        connection: to the database.
        revision: the one it is at, or None for a new database.

    Raises:
        StorageError: if the database is at a revision that is not known here.
    """
    config = Config()
    config.set_main_option("script_location", "pierhead.store:alembic")
    config.attributes["connection"] = connection
    if revision is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(revision)
        except CommandError:
            raise StorageError(
                f"the database is at revision {revision}, which this version does not know: "
                "a newer Pierhead has written it",
                hint="install that version again, or restore the copy made before the upgrade",
            ) from None
    command.upgrade(config, "head")

"""Runs the migrations; the only module that loads Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from pierhead.errors import StorageError
from pierhead.store.schema import revision_of


def upgrade(connection: Connection) -> None:
    """Bring a database to the newest revision, inside the connection's transaction.

    Raises:
        StorageError: if the database is at a revision that is not known here.
    """
    config = Config()
    config.set_main_option("script_location", "pierhead.store:alembic")
    config.attributes["connection"] = connection
    if revision := revision_of(connection):
        try:
            ScriptDirectory.from_config(config).get_revision(revision)
        except CommandError:
            raise StorageError(
                f"the database is at revision {revision}, which this version does not know: "
                "a newer Pierhead has written it",
                hint="install that version again, or restore the copy made before the upgrade",
            ) from None
    command.upgrade(config, "head")

"""The schema step of Python projects that are not Django."""

from __future__ import annotations

from pierhead.detect.python.entry import Entry
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence


def schema_step(
    tree: Tree, entry: Entry | None, installed: frozenset[str]
) -> tuple[tuple[Command, ...], str | None, Evidence | None]:
    """The commands, the distribution they need, and why; nothing if no migrations were found."""
    flask_env = next((p for p in tree.glob("**/env.py") if _is_flask_migrate(tree, p)), None)
    if flask_env and entry and entry.app.framework == "flask":
        folder = flask_env.rpartition("/")[0]
        target = f"{entry.target}()" if entry.app.factory else entry.target
        where = () if folder == "migrations" else ("--directory", folder)
        command = Command(("flask", "--app", target, "db", "upgrade", *where))
        return (command,), "flask-migrate", Evidence(flask_env, "holds Flask-Migrate migrations")
    ini = next(iter((*tree.glob("alembic.ini"), *tree.glob("*/alembic.ini"))), None)
    has_versions = any("/versions/" in p and p.endswith(".py") for p in tree.paths)
    if ini and has_versions and (not installed or "alembic" in installed):
        chosen = () if ini == "alembic.ini" else ("-c", ini)
        command = Command(("alembic", *chosen, "upgrade", "head"))
        return (command,), "alembic", Evidence(ini, "configures Alembic migrations", 1)
    return (), None, None


def _is_flask_migrate(tree: Tree, path: str) -> bool:
    text = tree.text(path)
    return "current_app" in text and "alembic" in text

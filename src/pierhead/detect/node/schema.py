"""The schema step of Node projects."""

from __future__ import annotations

import re

from pierhead.detect.node.package import Package
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence

_FILE_URL = re.compile(r"url\s*=\s*\"file:(?:\./)?([\w./-]+)\"")


def prisma_schema(tree: Tree) -> str | None:
    """The path of Prisma's schema, or None."""
    return tree.first("prisma/schema.prisma", "schema.prisma", "src/prisma/schema.prisma")


def schema_step(tree: Tree, package: Package) -> tuple[tuple[Command, ...], Evidence | None]:
    """The commands that bring the database up to date, and why."""
    scripts = " ".join(package.scripts.get(n, "") for n in ("prestart", "start", "start:prod"))
    schema = prisma_schema(tree)
    if schema and package.uses("prisma", "@prisma/client"):
        if "prisma migrate deploy" in scripts or "prisma db push" in scripts:
            return (), None
        folder = schema.rpartition("/")[0] or "."
        has_migrations = bool(tree.glob(f"{folder}/migrations/*/migration.sql"))
        words = ("migrate", "deploy") if has_migrations else ("db", "push")
        chosen = () if schema != "src/prisma/schema.prisma" else ("--schema", schema)
        says = "is a Prisma schema" + ("" if has_migrations else " without migrations")
        return (Command(("npx", "prisma", *words, *chosen)),), Evidence(schema, says, 1)
    knexfile = next(iter(tree.glob("knexfile.*")), None)
    if knexfile and package.uses("knex") and "migrate:latest" not in scripts:
        return (Command(("npx", "knex", "migrate:latest")),), Evidence(knexfile, "configures knex")
    drizzle = next(iter(tree.glob("drizzle.config.*")), None)
    if drizzle and package.uses("drizzle-kit") and tree.glob("drizzle/*.sql"):
        command = Command(("npx", "drizzle-kit", "migrate"))
        return (command,), Evidence(drizzle, "configures Drizzle migrations")
    sequelize = tree.first(".sequelizerc") or next(iter(tree.glob("migrations/*.js")), None)
    if sequelize and package.uses("sequelize-cli") and "db:migrate" not in scripts:
        command = Command(("npx", "sequelize-cli", "db:migrate"))
        return (command,), Evidence(sequelize, "belongs to Sequelize's migrations")
    return (), None


def kept_database(tree: Tree) -> tuple[str, ...]:
    """The SQLite file that Prisma's schema names, which lies beside the schema."""
    schema = prisma_schema(tree)
    match = _FILE_URL.search(tree.text(schema)) if schema else None
    if not match or schema is None or ".." in match[1] or match[1].startswith("/"):
        return ()
    folder = schema.rpartition("/")[0]
    return (f"{folder}/{match[1]}" if folder else match[1],)

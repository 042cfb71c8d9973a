"""The tables, the same on SQLite and PostgreSQL.

Whatever is filtered by or held unique is a column; the rest of a value is its JSON document. The
rules that must hold are constraints here: one active deployment per project and environment, one
number per deployment of a project, one holder per port and one port per holder.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in, in UTC out, to the microsecond; SQLite keeps it as naive UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database."""
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Identifiers compare byte by byte, so that a prefix of one can use the index on PostgreSQL too.
_Id = String(64).with_variant(String(64, collation="C"), "postgresql")
_Name = String(63)  # a DNS label
_Sequence = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

# A row locked by an UPDATE until the transaction ends: numbers without gaps, in commit order.
counters = Table(
    "counters",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("last", BigInteger, nullable=False),
)

# What tells whether the key is the one this database was made with.
key_check = Table(
    "key_check",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

manifests = Table(
    "manifests",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("rows", LargeBinary, nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("project", _Name, primary_key=True),
    Column("id", _Id, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("manifest", String(64), ForeignKey("manifests.digest"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("document", Text, nullable=False),
    Column("environment", LargeBinary, nullable=False),
    Index("releases_by_manifest", "manifest"),
)

deployments = Table(
    "deployments",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("id", _Id, nullable=False, unique=True),
    Column("project", _Name, nullable=False),
    Column("environment", _Name, nullable=False),
    Column("number", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("release_id", _Id, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("project", "number", name="deployments_number"),
    Index(
        "deployments_one_active",
        "project",
        "environment",
        unique=True,
        sqlite_where=text("status = 'active'"),
        postgresql_where=text("status = 'active'"),
    ),
    Index("deployments_by_project", "project", "sequence"),
    Index("deployments_by_environment", "project", "environment", "sequence"),
    Index("deployments_by_status", "status", "sequence"),
)

services = Table(
    "services",
    metadata,
    Column("project", _Name, primary_key=True),
    Column("environment", _Name, primary_key=True),
    Column("document", Text, nullable=False),
)

ports = Table(
    "ports",
    metadata,
    Column("port", Integer, primary_key=True, autoincrement=False),
    Column("project", _Name, nullable=False),
    Column("environment", _Name, nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("holder", String(128), nullable=False),
    Column("leased_at", UtcDateTime, nullable=False),
    UniqueConstraint("purpose", "holder", name="ports_holder"),
    Index("ports_by_holder", "holder"),
    Index("ports_by_project", "project", "environment"),
)

secrets = Table(
    "secrets",
    metadata,
    Column("project", _Name, primary_key=True),
    Column("environment", _Name, primary_key=True),
    Column("name", String(256), primary_key=True),
    Column("generated", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=False),
    Column("project", _Name, nullable=False),
    Column("document", Text, nullable=False),
    Index("events_by_project", "project", "sequence"),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("project", _Name, nullable=False),
    Column("document", Text, nullable=False),
    Index("audit_by_project", "project", "sequence"),
)

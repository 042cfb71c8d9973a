"""The first tables. Never changed once released; a change is a migration of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
_NAME = sa.String(63)
_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_ACTIVE = sa.text("status = 'active'")


def upgrade() -> None:
    """Make them."""
    _general()
    _releases()
    _deployments()
    _services()
    _events()


def _general() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "key_check",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )


def _releases() -> None:
    op.create_table(
        "manifests",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("rows", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "releases",
        sa.Column("project", _NAME, primary_key=True),
        sa.Column("id", _ID, primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("manifest", sa.String(64), sa.ForeignKey("manifests.digest"), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("environment", sa.LargeBinary, nullable=False),
    )
    op.create_index("releases_by_manifest", "releases", ["manifest"])


def _deployments() -> None:
    op.create_table(
        "deployments",
        sa.Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("id", _ID, nullable=False, unique=True),
        sa.Column("project", _NAME, nullable=False),
        sa.Column("environment", _NAME, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("release_id", _ID, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.UniqueConstraint("project", "number", name="deployments_number"),
    )
    op.create_index(
        "deployments_one_active",
        "deployments",
        ["project", "environment"],
        unique=True,
        sqlite_where=_ACTIVE,
        postgresql_where=_ACTIVE,
    )
    op.create_index("deployments_by_project", "deployments", ["project", "sequence"])
    op.create_index(
        "deployments_by_environment", "deployments", ["project", "environment", "sequence"]
    )
    op.create_index("deployments_by_status", "deployments", ["status", "sequence"])


def _services() -> None:
    op.create_table(
        "services",
        sa.Column("project", _NAME, primary_key=True),
        sa.Column("environment", _NAME, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "ports",
        sa.Column("port", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("project", _NAME, nullable=False),
        sa.Column("environment", _NAME, nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("holder", sa.String(128), nullable=False),
        sa.Column("leased_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("purpose", "holder", name="ports_holder"),
    )
    op.create_index("ports_by_holder", "ports", ["holder"])
    op.create_index("ports_by_project", "ports", ["project", "environment"])
    op.create_table(
        "secrets",
        sa.Column("project", _NAME, primary_key=True),
        sa.Column("environment", _NAME, primary_key=True),
        sa.Column("name", sa.String(256), primary_key=True),
        sa.Column("generated", sa.Boolean, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("sequence", _SEQUENCE, primary_key=True, autoincrement=False),
        sa.Column("project", _NAME, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("events_by_project", "events", ["project", "sequence"])
    op.create_table(
        "audit",
        sa.Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("project", _NAME, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("audit_by_project", "audit", ["project", "sequence"])

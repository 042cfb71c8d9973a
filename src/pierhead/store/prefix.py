"""Finding one row by its identifier or by an unambiguous beginning of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Row, Select
from sqlalchemy.ext.asyncio import AsyncConnection

from pierhead.errors import NotFound


async def one_by_id(
    connection: AsyncConnection,
    query: Select[*tuple[Any, ...]],
    column: Column[str],
    text: str,
    what: str,
) -> Row[*tuple[Any, ...]]:
    """The row whose identifier is or begins with the text.

    Raises:
        NotFound: if there is none, or more than one that begins so.
    """
    if (row := (await connection.execute(query.where(column == text))).first()) is not None:
        return row
    found = query.where(column.startswith(text, autoescape=True)).limit(2)
    rows = (await connection.execute(found)).all() if text else []
    if not rows:
        raise NotFound(f"there is no {what} {text!r}")
    if len(rows) > 1:
        raise NotFound(
            f"more than one {what} begins with {text!r}", hint="give more of the identifier"
        )
    return rows[0]

"""Events and the audit trail: only ever added to."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from pierhead.domain.event import AuditEntry, Event
from pierhead.store.codec import AUDIT, EVENT
from pierhead.store.rows import Rows
from pierhead.store.tables import audit, events


class Events(Rows):
    """The events' part of a transaction."""

    async def add_event(self, event: Event) -> Event:
        """Record what happened; returned with its sequence.

        Sequences are given in the order transactions end, so that a reader who goes on after the
        last one seen misses none. Hence other writers of events wait for this transaction: make
        the change first and add its event last.
        """
        placed = replace(event, sequence=await self._next("events"))
        await self._execute(
            events.insert().values(
                sequence=placed.sequence, project=placed.project, document=EVENT.dump(placed)
            )
        )
        return placed

    async def events(
        self,
        *,
        after: int = 0,
        project: str | None = None,
        limit: int = 100,
        newest: bool = False,
    ) -> list[Event]:
        """Events with a higher sequence than `after`, oldest first.

        Args:
            after: the last sequence seen.
            project: only this one's.
            limit: at most so many: the first ones, or the last ones if `newest`.
            newest: the last ones, newest first.
        """
        column = events.c.sequence
        query = select(events.c.document).where(column > after).limit(limit)
        query = query.order_by(column.desc() if newest else column)
        if project is not None:
            query = query.where(events.c.project == project)
        return [EVENT.load(document) for (document,) in await self._execute(query)]


class Audit(Rows):
    """The audit trail's part of a transaction."""

    async def add_audit(self, entry: AuditEntry) -> None:
        """Record what somebody asked for; its sequence is given here."""
        project = entry.subject.partition("/")[0].replace("\0", "")[:63]
        await self._execute(audit.insert().values(project=project, document=AUDIT.dump(entry)))

    async def audit(
        self, *, limit: int = 100, before: int | None = None, project: str | None = None
    ) -> list[AuditEntry]:
        """The entries, newest first.

        Args:
            limit: at most so many.
            before: only those with a lower sequence, for the next page.
            project: only those whose subject is this project or one of its environments.
        """
        query = select(audit.c.sequence, audit.c.document).limit(limit)
        query = query.order_by(audit.c.sequence.desc())
        if before is not None:
            query = query.where(audit.c.sequence < before)
        if project is not None:
            query = query.where(audit.c.project == project)
        rows = await self._execute(query)
        return [replace(AUDIT.load(document), sequence=sequence) for sequence, document in rows]

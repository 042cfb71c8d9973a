"""What happened: events and the audit trail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter

from pierhead.api.deployments import NDJSON
from pierhead.api.documents import AuditList, EventList, Name
from pierhead.deploy.adapters import Adapters
from pierhead.deploy.follow import follow_events
from pierhead.domain.event import Event

_EVENT = TypeAdapter(Event)


def router(adapters: Adapters) -> APIRouter:
    """The routes of events and audit."""
    routes = APIRouter(prefix="/api/v1", tags=["records"])

    @routes.get("/events", summary="Events in their order; the newest where `after` is not given")
    async def events(
        after: Annotated[int | None, Query(ge=0, le=2**62)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        project: Name | None = None,
    ) -> EventList:
        async with adapters.store.snapshot() as tx:
            found = await tx.events(
                after=after or 0, project=project, limit=limit, newest=after is None
            )
        return EventList(events=sorted(found, key=lambda event: event.sequence))

    @routes.get("/events/stream", summary="Every event after a sequence number, as it happens")
    async def stream(
        after: Annotated[int, Query(ge=0, le=2**62)] = 0, project: Name | None = None
    ) -> StreamingResponse:
        return StreamingResponse(_events(adapters, after, project), media_type=NDJSON)

    @routes.get("/audit", summary="Who asked for what, newest first")
    async def audit(limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> AuditList:
        async with adapters.store.snapshot() as tx:
            return AuditList(entries=await tx.audit(limit=limit))

    return routes


async def _events(adapters: Adapters, after: int, project: str | None) -> AsyncIterator[bytes]:
    async for event in follow_events(adapters, after, project):
        yield _EVENT.dump_json(event) + b"\n"

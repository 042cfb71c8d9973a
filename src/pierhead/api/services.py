"""Services: what runs, and what can be done to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from pierhead.api.access import actor_of
from pierhead.api.deployments import NDJSON
from pierhead.api.documents import (
    DeploymentDocument,
    Name,
    PortDocument,
    PortList,
    RollbackBody,
    ServiceBody,
    ServiceDocument,
    ServiceList,
    UpDocument,
)
from pierhead.deploy import lifecycle, status
from pierhead.deploy.adapters import Adapters
from pierhead.deploy.audit import audited
from pierhead.deploy.follow import service_log
from pierhead.deploy.restart import request_restart
from pierhead.deploy.rollback import request_rollback
from pierhead.domain.service import Service


def router(adapters: Adapters) -> APIRouter:
    """The routes of services."""
    routes = APIRouter(prefix="/api/v1", tags=["services"])

    @routes.get("/services", summary="Every service")
    async def listing(project: Name | None = None) -> ServiceList:
        return ServiceList(services=await status.services(adapters, project))

    @routes.get("/services/{name}", summary="One service, seen now")
    async def show(name: Name, environment: Name = "production") -> ServiceDocument:
        return ServiceDocument.of(await status.service(adapters, name, environment))

    @routes.post("/services/{name}/rollback", status_code=202, summary="Go back")
    async def rollback(name: Name, body: RollbackBody, request: Request) -> UpDocument:
        actor = actor_of(request)
        subject = f"{name}/{body.environment}"
        async with audited(
            adapters, actor, "rollback", subject, to=body.to, reason=body.reason
        ) as details:
            plan, deployment = await request_rollback(
                adapters, name, body.environment, actor=actor, reason=body.reason, to=body.to
            )
            details["deployment"] = deployment.id
        return UpDocument(plan=plan, deployment=DeploymentDocument.of(deployment))

    @routes.post("/services/{name}/restart", status_code=202, summary="Restart without a gap")
    async def restart(name: Name, body: ServiceBody, request: Request) -> UpDocument:
        actor = actor_of(request)
        async with audited(
            adapters, actor, "restart", f"{name}/{body.environment}", reason=body.reason
        ) as details:
            plan, deployment = await request_restart(
                adapters, name, body.environment, actor=actor, reason=body.reason
            )
            details["deployment"] = deployment.id
        return UpDocument(plan=plan, deployment=DeploymentDocument.of(deployment))

    @routes.post("/services/{name}/stop", summary="Stop; its address answers 503")
    async def stop(name: Name, body: ServiceBody, request: Request) -> Service:
        actor = actor_of(request)
        async with audited(
            adapters, actor, "stop", f"{name}/{body.environment}", reason=body.reason
        ):
            return await lifecycle.stop(adapters, name, body.environment, actor)

    @routes.post("/services/{name}/start", summary="Start what was stopped")
    async def start(name: Name, body: ServiceBody, request: Request) -> Service:
        actor = actor_of(request)
        async with audited(
            adapters, actor, "start", f"{name}/{body.environment}", reason=body.reason
        ):
            return await lifecycle.start(adapters, name, body.environment, actor)

    @routes.delete("/services/{name}", summary="End it and forget it; its history stays")
    async def delete(
        name: Name, request: Request, environment: Name = "production", purge: bool = False
    ) -> dict[str, str]:
        actor = actor_of(request)
        async with audited(adapters, actor, "delete", f"{name}/{environment}", purge=purge):
            await lifecycle.delete(adapters, name, environment, actor, purge=purge)
        return {"deleted": name, "environment": environment}

    @routes.get("/services/{name}/logs", summary="What its instances print")
    async def logs(
        name: Name,
        environment: Name = "production",
        lines: Annotated[int, Query(ge=0, le=10000)] = 100,
        follow: bool = False,
        process: str | None = None,
    ) -> StreamingResponse:
        found = await service_log(
            adapters, name, environment, lines=lines, follow=follow, process=process
        )
        return StreamingResponse(_lines(found), media_type=NDJSON)

    @routes.get("/ports", summary="The ports that are reserved")
    async def ports() -> PortList:
        async with adapters.store.snapshot() as tx:
            leases = await tx.ports()
        return PortList(
            ports=[
                PortDocument(
                    port=lease.port,
                    project=lease.project,
                    environment=lease.environment,
                    purpose=lease.purpose,
                    holder=lease.holder,
                )
                for lease in leases
            ]
        )

    return routes


async def _lines(found: AsyncIterator[object]) -> AsyncIterator[str]:
    async for line in found:
        yield json.dumps(asdict(line)) + "\n"  # type: ignore[call-overload]

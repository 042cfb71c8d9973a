"""Deployments: asking for them, looking at them, cancelling them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from pierhead.api.access import actor_of
from pierhead.api.documents import (
    DeploymentDocument,
    DeploymentList,
    Name,
    ReasonBody,
    UpBody,
    UpDocument,
)
from pierhead.deploy.adapters import Adapters
from pierhead.deploy.audit import audited
from pierhead.deploy.cancel import cancel
from pierhead.deploy.follow import watch_deployment, whole_log
from pierhead.deploy.prepare import Request as UpRequest
from pierhead.deploy.prepare import check_folder
from pierhead.deploy.up import plan_up, up
from pierhead.domain.deployment import Status
from pierhead.domain.plan import Plan
from pierhead.domain.secret import Secret

NDJSON = "application/x-ndjson"


def router(adapters: Adapters) -> APIRouter:
    """The routes of deployments."""
    routes = APIRouter(prefix="/api/v1", tags=["deployments"])

    @routes.post("/plan", summary="What `up` would do")
    async def plan(body: UpBody) -> Plan:
        return await plan_up(adapters, _wanted(body))

    @routes.post("/up", status_code=202, summary="Deploy a folder")
    async def deploy(body: UpBody, request: Request, response: Response) -> UpDocument:
        async with audited(
            adapters, actor_of(request), "deploy", f"{body.path} to {body.environment}"
        ) as details:
            made, deployment = await up(adapters, _wanted(body), actor_of(request))
            details |= {"project": made.project, "deployment": deployment and deployment.id}
        if deployment is None:
            response.status_code = 200
            return UpDocument(plan=made, deployment=None)
        return UpDocument(plan=made, deployment=DeploymentDocument.of(deployment))

    @routes.get("/deployments", summary="Deployments, newest first")
    async def listing(
        project: Name | None = None,
        environment: Name | None = None,
        status: Annotated[list[Status] | None, Query()] = None,
        page: Annotated[int, Query(ge=1, le=10**9)] = 1,
        page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> DeploymentList:
        async with adapters.store.snapshot() as tx:
            found, total = await tx.deployments(
                project=project,
                environment=environment,
                status=status,
                page=page,
                page_size=page_size,
            )
        documents = [DeploymentDocument.of(deployment) for deployment in found]
        return DeploymentList(deployments=documents, total=total, page=page, page_size=page_size)

    @routes.get("/deployments/{deployment_id}", summary="One deployment")
    async def show(deployment_id: str) -> DeploymentDocument:
        async with adapters.store.snapshot() as tx:
            return DeploymentDocument.of(await tx.deployment(deployment_id))

    @routes.get(
        "/deployments/{deployment_id}/log",
        response_class=PlainTextResponse,
        summary="All that it wrote",
    )
    async def log(deployment_id: str) -> StreamingResponse:
        async with adapters.store.snapshot() as tx:
            found = await tx.deployment(deployment_id)
        path = adapters.layout.deployment_log(found.project, found.environment, found.id)
        return StreamingResponse(whole_log(path), media_type="text/plain")

    @routes.get("/deployments/{deployment_id}/watch", summary="Follow one until it ends")
    async def watch(
        deployment_id: str, log_offset: Annotated[int, Query(ge=0, le=2**60)] = 0
    ) -> StreamingResponse:
        async with adapters.store.snapshot() as tx:
            found = await tx.deployment(deployment_id)
        lines = _watched(adapters, found.id, log_offset)
        return StreamingResponse(lines, media_type=NDJSON)

    @routes.post("/deployments/{deployment_id}/cancel", summary="Ask one to end")
    async def end(deployment_id: str, body: ReasonBody, request: Request) -> DeploymentDocument:
        async with audited(
            adapters, actor_of(request), "cancel", deployment_id, reason=body.reason
        ):
            return DeploymentDocument.of(await cancel(adapters, deployment_id))

    return routes


def _wanted(body: UpBody) -> UpRequest:
    return UpRequest(
        path=check_folder(body.path),
        project=body.name,
        environment=body.environment,
        variables={name: Secret(value) for name, value in body.env.items()},
        reason=body.reason,
        as_of=body.as_of,
        force=body.force,
        timeout=body.timeout,
    )


async def _watched(adapters: Adapters, deployment_id: str, offset: int) -> AsyncIterator[str]:
    async for kind, what in watch_deployment(adapters, deployment_id, offset):
        if kind == "deployment":
            document = DeploymentDocument.of(what).model_dump(mode="json")
            yield json.dumps({"type": kind, "deployment": document}) + "\n"
        else:
            yield json.dumps({"type": kind, "offset": what[0], "line": what[1]}) + "\n"

"""Bundles: a generated project written to the server's workspace."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from pierhead.api.access import actor_of
from pierhead.api.documents import Name
from pierhead.deploy.adapters import Adapters
from pierhead.deploy.audit import audited
from pierhead.write.formats.choose import CONTENT_TYPES
from pierhead.write.limits import MIB, Limits
from pierhead.write.project import WriteOptions
from pierhead.write.receive import receive_bundle
from pierhead.write.report import CategoryCount

PATH = "/api/v1/bundles"
# A JSON document is held in memory while it is read, and the server has 512 MB in all.
_LIMITS = Limits(document_bytes=48 * MIB, line_bytes=16 * MIB)
_BODY = {
    "requestBody": {
        "required": True,
        "description": "Files by their relative path: an object of path to text, or an archive.",
        "content": {
            kind: {"schema": {"type": "object", "additionalProperties": {"type": "string"}}}
            if kind.endswith("json")
            else {"schema": {"type": "string", "format": "binary"}}
            for kind in CONTENT_TYPES
        },
    }
}


class FindingDocument(BaseModel):
    """Something the health step found."""

    path: str
    line: int
    check: str
    severity: Literal["error", "warning"]
    message: str


class HealthDocument(BaseModel):
    """The health step's result; `checks` counts what each check looked at."""

    status: Literal["healthy", "degraded", "unhealthy"]
    score: int
    files: int
    checks: dict[str, int]
    findings: list[FindingDocument]


class ReportDocument(BaseModel):
    """What a write did; `categories` are files, lines and bytes by category."""

    id: str
    name: str
    location: str
    status: Literal["written", "failed"]
    files: int
    lines: int
    bytes: int
    categories: dict[str, CategoryCount]
    directories: int
    links: int
    executable: list[str]
    replaced: list[str]
    kept: list[str]
    removed: list[str]
    duration_seconds: float
    errors: list[str]
    health: HealthDocument | None


def router(adapters: Adapters) -> APIRouter:
    """The route of bundles."""
    routes = APIRouter(tags=["bundles"])

    @routes.post(
        PATH,
        status_code=201,
        summary="Write a project, whole or not at all",
        openapi_extra=_BODY,
    )
    async def write(
        request: Request,
        name: Name | None = None,
        on_conflict: Annotated[Literal["refuse", "overwrite", "keep"], Query()] = "refuse",
        remove_others: bool = False,
        fsync: bool = True,
        check: bool = True,
    ) -> ReportDocument:
        options = WriteOptions(
            name=name,
            on_conflict=on_conflict,
            remove_others=remove_others,
            fsync=fsync,
            check=check,
            workspace=adapters.layout.workspace,
        )
        async with audited(adapters, actor_of(request), "write", name or "a new project"):
            kind = request.headers.get("content-type")
            report = await receive_bundle(request.stream(), kind, options, _LIMITS)
        return ReportDocument.model_validate(report.to_document())

    return routes

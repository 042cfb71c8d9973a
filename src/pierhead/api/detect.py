"""Detection: what a folder or repository holds."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from pierhead.api.documents import Strict
from pierhead.deploy.adapters import Adapters
from pierhead.deploy.prepare import check_folder
from pierhead.detect.clone import check_url, without_password
from pierhead.detect.document import parts_document
from pierhead.detect.sources import look
from pierhead.errors import InvalidInput

Address = Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class DetectBody(Strict):
    """One of the two: a folder on the server's machine, absolute, or a repository's address."""

    path: Address | None = None
    git_url: Address | None = None


class EvidenceDocument(BaseModel):
    """Why something is believed."""

    path: str
    line: int | None
    says: str


class RuntimeDocument(BaseModel):
    """The language's version as asked for, and the supported release that fits."""

    asked: str | None
    resolved: str | None


class CommandsDocument(BaseModel):
    """Command lines, in their order."""

    install: list[str]
    build: list[str]
    release: list[str]
    processes: dict[str, str]


class FilesDocument(BaseModel):
    """The folder of files that is served, and the file for unknown paths."""

    root: str
    fallback: str | None


class ContainerDocument(BaseModel):
    """What a Dockerfile or compose file of the project says."""

    path: str
    compose: str | None
    base: str | None
    ports: list[int]
    command: str | None
    health_path: str | None
    user: str | None


class PartDocument(BaseModel):
    """One deployable part of a repository; the root's `part` is empty."""

    part: str
    stack: str
    framework: str | None
    confidence: int
    start: str | None


class DetectedDocument(BaseModel):
    """What was found; `stack` is null where nothing was."""

    source: str
    stack: str | None
    framework: str | None
    confidence: int
    evidence: list[EvidenceDocument]
    ambiguous: bool
    parts: list[PartDocument]
    part: str = ""
    version: str | None = None
    runtime: RuntimeDocument | None = None
    runner_up: str | None = None
    package_manager: str | None = None
    commands: CommandsDocument | None = None
    static: FilesDocument | None = None
    port: int | None = None
    health_path: str | None = None
    services: list[str] = []
    extensions: list[str] = []
    output: str | None = None
    environment: dict[str, str] = {}
    secrets: list[str] = []
    kept: list[str] = []
    assets: CommandsDocument | None = None
    container: ContainerDocument | None = None
    notes: list[str] = []
    warnings: list[str] = []
    runs_as_process: bool = False


def router(adapters: Adapters) -> APIRouter:  # noqa: ARG001 - one shape for every router
    """The route of detection."""
    routes = APIRouter(prefix="/api/deployments", tags=["detect"])

    @routes.post("/detect", summary="What a folder or repository holds")
    async def detect(body: DetectBody) -> DetectedDocument:
        source = _source(body)
        found, refused = await asyncio.to_thread(look, source)
        if refused is not None and not found.listed:
            raise refused
        return DetectedDocument.model_validate(parts_document(found, without_password(source)))

    return routes


def _source(body: DetectBody) -> str:
    """What is looked at.

    Raises:
        InvalidInput, SourceError: if neither or both are named, or it cannot be looked at.
    """
    if (body.path is None) == (body.git_url is None):
        raise InvalidInput("name either `path` or `git_url`", where="body", hint="give one of them")
    if body.git_url is not None:
        return check_url(body.git_url)
    return str(check_folder(body.path or ""))

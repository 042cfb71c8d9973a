"""Errors as problem documents (RFC 9457)."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from pierhead.api.documents import Problem
from pierhead.errors import Conflict, InvalidInput, NotFound, PierheadError

_log = logging.getLogger(__name__)
_MEDIA_TYPE = "application/problem+json"


def answer(error: PierheadError, status: int | None = None) -> JSONResponse:
    """The response that tells of an error."""
    document = error.to_document()
    problem = Problem(
        type=f"urn:pierhead:error:{error.code}",
        title=error.title,
        status=status or error.http_status,
        code=error.code,
        detail=error.message,
        hint=error.hint,
        where=error.where,
        details=document.get("details", {}),
    )
    return JSONResponse(
        problem.model_dump(exclude_none=True), problem.status, media_type=_MEDIA_TYPE
    )


def install(app: FastAPI) -> None:
    """Let every error of an app leave as a problem document."""

    @app.exception_handler(PierheadError)
    async def ours(request: Request, error: PierheadError) -> JSONResponse:  # noqa: ARG001
        return answer(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:  # noqa: ARG001
        # The value itself is left out: it may be a secret.
        problems = [
            {"where": ".".join(map(str, one["loc"])), "problem": one["msg"]}
            for one in error.errors()
        ]
        first = problems[0]
        return answer(
            InvalidInput(
                str(first["problem"]),
                where=str(first["where"]),
                hint="see /docs for what the request takes",
                details={"errors": problems},
            )
        )

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        what = f"{request.method} {request.url.path}: {error.detail}"
        kinds: dict[int, type[PierheadError]] = {404: NotFound, 405: Conflict}
        kind = kinds.get(error.status_code, InvalidInput)
        return answer(kind(what, hint="see /docs for what there is"), error.status_code)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        _log.error("%s %s", request.method, request.url.path, exc_info=error)
        return answer(
            PierheadError(
                f"an unexpected {type(error).__name__}",
                hint="the server's log has the details: PIERHEAD_HOME/logs/server.log",
            )
        )

"""The HTTP API: one router per subject, no logic."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware import Middleware

import pierhead
from pierhead.api import deployments, problems, records, services
from pierhead.api.access import RequireToken
from pierhead.api.documents import DoctorDocument, Health, Problem
from pierhead.deploy.adapters import Adapters
from pierhead.deploy.doctor import examine

_ERRORS = {"4XX": {"model": Problem}, "5XX": {"model": Problem}}


def create_app(adapters: Adapters) -> FastAPI:
    """The application that serves one installation."""
    app = FastAPI(
        title="Pierhead",
        version=pierhead.__version__,
        summary=pierhead.__doc__,
        responses={code: dict(answer) for code, answer in _ERRORS.items()},
        middleware=[Middleware(RequireToken, token=adapters.settings.token)],
    )
    problems.install(app)

    @app.get("/health", tags=["server"], summary="Whether the server is there")
    async def health() -> Health:
        return Health(status="healthy", version=pierhead.__version__)

    @app.get("/api/v1/doctor", tags=["server"], summary="What is here and what is missing")
    async def doctor() -> DoctorDocument:
        return DoctorDocument(checks=await examine(adapters))

    for module in (deployments, services, records):
        app.include_router(module.router(adapters))
    return app

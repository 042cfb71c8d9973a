"""The HTTP API: one router per subject, no logic."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware

import pierhead
from pierhead.api import bundles, deployments, detect, problems, records, services
from pierhead.api.access import RequireToken
from pierhead.api.documents import DoctorDocument, Health, Problem
from pierhead.api.limits import LimitBody
from pierhead.deploy.adapters import Adapters
from pierhead.deploy.doctor import examine

_PROBLEM = {
    "description": "What is wrong, and what to do (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def create_app(adapters: Adapters) -> FastAPI:
    """The application that serves one installation."""
    app = FastAPI(
        title="Pierhead",
        version=pierhead.__version__,
        summary=pierhead.__doc__,
        responses={"4XX": _PROBLEM, "5XX": _PROBLEM},
        middleware=[
            Middleware(RequireToken, token=adapters.settings.token),
            Middleware(LimitBody, streamed=frozenset({bundles.PATH})),
        ],
    )
    problems.install(app)

    @app.get("/health", tags=["server"], summary="Whether the server is there")
    async def health() -> Health:
        return Health(status="healthy", version=pierhead.__version__)

    @app.get("/api/v1/doctor", tags=["server"], summary="What is here and what is missing")
    async def doctor() -> DoctorDocument:
        return DoctorDocument(checks=await examine(adapters))

    app.openapi = partial(_document, app, app.openapi)  # type: ignore[method-assign]
    for module in (deployments, services, records, bundles, detect):
        app.include_router(module.router(adapters))
    return app


def _document(app: FastAPI, generated: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The OpenAPI document; errors are problems, also where the framework would say otherwise."""
    if app.openapi_schema is None:
        document = generated()
        schemas = document["components"]["schemas"]
        schemas["Problem"] = Problem.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
    return app.openapi_schema or {}

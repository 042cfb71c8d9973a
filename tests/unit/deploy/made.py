"""Values for tests: a release, a deployment, a service, with what a test cares about changed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pierhead.domain.actor import Actor
from pierhead.domain.command import Command
from pierhead.domain.deployment import Deployment, Kind, Status
from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.domain.release import Release
from pierhead.domain.service import Method, Service, ServiceSpec, ServiceState
from pierhead.domain.stack import Dependencies, Evidence, Recipe, Stack

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ACTOR = Actor("ada", "unix socket, pid 1")
DEPENDENCIES = Dependencies(
    manager="uv",
    install=(Command(("uv", "pip", "install", "-r", "requirements.txt")),),
    keep=(),
    digest="d" * 64,
    summary="requirements.txt with uv",
)
RECIPE = Recipe(
    dependencies=DEPENDENCIES,
    processes={"web": Command(("uvicorn", "main:app", "--port", "$PORT"))},
)


def release(release_id: str = "r-000000000001", **changes: Any) -> Release:
    """A FastAPI release; fields of its spec and recipe may be given by name."""
    recipe = RECIPE
    spec = ServiceSpec(recipe=recipe)
    for name in list(changes):
        if name in Recipe.__dataclass_fields__:
            recipe = replace(recipe, **{name: changes.pop(name)})
        elif name in ServiceSpec.__dataclass_fields__ and name != "recipe":
            spec = replace(spec, **{name: changes.pop(name)})
    spec = replace(spec, recipe=recipe)
    stack = Stack("python", "fastapi", 98, (Evidence("main.py", "app = FastAPI()", 3),), recipe)
    whole = Release(
        id=release_id,
        project="shop",
        digest=release_id.removeprefix("r-") * 5,
        version=release_id,
        method=Method.PROCESS,
        manifest=Manifest.of([FileEntry("main.py", 0o644, "a" * 64, 120)]),
        stack=stack,
        spec=spec,
        environment=(),
        source="/home/ada/shop",
        created_at=MOMENT,
    )
    return replace(whole, **changes)


def deployment(deployment_id: str = "d-00000001-00001", **changes: Any) -> Deployment:
    """An active deployment of the release above."""
    made = Deployment(
        id=deployment_id,
        number=1,
        project="shop",
        environment="production",
        kind=Kind.DEPLOY,
        release_id="r-000000000001",
        status=Status.ACTIVE,
        actor=ACTOR,
        created_at=MOMENT,
        upstreams=("127.0.0.1:20001",),
    )
    return replace(made, **changes)


def service(**changes: Any) -> Service:
    """The service it belongs to."""
    made = Service(
        project="shop",
        environment="production",
        endpoint="http://127.0.0.1:20000",
        port=20000,
        deployment_id="d-00000001-00001",
        release_id="r-000000000001",
        version="r-000000000001",
        desired=ServiceState.RUNNING,
        state=ServiceState.RUNNING,
        registered_at=MOMENT,
        observed_at=MOMENT,
    )
    return replace(made, **changes)

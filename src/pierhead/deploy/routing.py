"""How the edge finds a service."""

from __future__ import annotations

from pathlib import Path

from pierhead.deploy.instances import tree_of
from pierhead.deploy.layout import Layout
from pierhead.domain.deployment import Deployment
from pierhead.domain.release import Release
from pierhead.edge.routes import Route

DEFAULT_ENVIRONMENT = "production"


def host_names(project: str, environment: str) -> tuple[str, ...]:
    """The names a service answers to on the edge's common port."""
    if environment == DEFAULT_ENVIRONMENT:
        return (f"{project}.localhost",)
    return (f"{environment}.{project}.localhost",)


def route_id(project: str, environment: str) -> str:
    """The name of a service's route at the edge."""
    return f"{project}.{environment}"


def route_of(
    layout: Layout, deployment: Deployment, release: Release, *, port: int, stopped: bool = False
) -> Route:
    """The route that leads to a deployment."""
    static = release.spec.recipe.static
    root: Path | None = None
    if static is not None:
        root = tree_of(layout, deployment) / static.root
    return Route(
        name=deployment.project,
        environment=deployment.environment,
        port=port,
        hosts=host_names(deployment.project, deployment.environment),
        deployment_id=deployment.id,
        upstreams=deployment.upstreams or None,
        static_root=root,
        fallback=static.fallback if static else None,
        stopped=stopped,
    )


def endpoint(bind: str, port: int) -> str:
    """The address of a service, as people and programs on this machine use it."""
    host = "127.0.0.1" if bind in {"0.0.0.0", "::"} else bind  # noqa: S104 - compared, not bound
    return f"http://{host}:{port}"

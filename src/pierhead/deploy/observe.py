"""What is there now: the half of planning that looks."""

from __future__ import annotations

from dataclasses import dataclass

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.instances import instance_ids
from pierhead.deploy.routing import route_of
from pierhead.domain.deployment import Deployment, Status
from pierhead.domain.release import Release
from pierhead.domain.service import Service, ServiceState
from pierhead.errors import PierheadError


@dataclass(frozen=True, slots=True)
class Observed:
    """What planning needs to know of the world.

    Attributes:
        active: the deployment that receives the traffic.
        running: what is active is this very release, and every instance of it is up.
        built, installed: what is already there of the new release.
        fixed_port: the port the active version listens on against our wish, if it does.
        waiting: deployments still in the queue.
    """

    bind: str
    active: Deployment | None = None
    active_release: Release | None = None
    service: Service | None = None
    running: bool = False
    built: bool = False
    installed: bool = False
    fixed_port: int | None = None
    waiting: tuple[str, ...] = ()


async def observe(adapters: Adapters, release: Release, environment: str) -> Observed:
    """Look at one project in one environment, and at what is there of a release."""
    project, layout = release.project, adapters.layout
    async with adapters.store.snapshot() as tx:
        active = await tx.active_deployment(project, environment)
        service = await tx.service(project, environment)
        ours = {lease.port for lease in await tx.ports()}
        waiting, _ = await tx.deployments(
            project=project, environment=environment, status={Status.PENDING}, page_size=100
        )
        old = await tx.release(project, active.release_id) if active else None
    built = layout.built(project, environment, release.id).exists()
    dependencies = release.spec.recipe.dependencies
    return Observed(
        bind=adapters.settings.bind,
        active=active,
        active_release=old,
        service=service,
        # Asking costs the application a request, and about another release it decides nothing.
        running=active is not None
        and active.release_id == release.id
        and await is_running(adapters, active, old, service),
        built=built,
        installed=dependencies is None
        or (layout.installation(dependencies.digest) / "complete").exists(),
        fixed_port=_fixed_port(active, ours),
        waiting=tuple(deployment.id for deployment in waiting),
    )


def _fixed_port(active: Deployment | None, ours: set[int]) -> int | None:
    for upstream in active.upstreams if active else ():
        port = int(upstream.rpartition(":")[2])
        if port not in ours:
            return port
    return None


async def is_running(
    adapters: Adapters,
    deployment: Deployment | None,
    release: Release | None,
    service: Service | None,
) -> bool:
    """Whether the deployment is up as it should be, seen now."""
    if deployment is None or release is None or service is None:
        return False
    if service.desired is not ServiceState.RUNNING:
        return False
    try:
        states = await adapters.supervisor.states()
        route = route_of(adapters.layout, deployment, release, port=service.port)
        seen = await adapters.edge.seen(route)
    except PierheadError:
        return False
    up = all(name in states and states[name].up for name in instance_ids(deployment, release))
    return up and seen.deployment_id == deployment.id

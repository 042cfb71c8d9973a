"""Make what runs and where traffic goes equal to what the store says."""

from __future__ import annotations

import asyncio

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.instances import (
    instance_id,
    instance_ids,
    process_names,
    service_prefix,
)
from pierhead.deploy.routing import route_id, route_of
from pierhead.deploy.running import Run
from pierhead.domain.deployment import Deployment
from pierhead.domain.service import ServiceState
from pierhead.edge.routes import Route


async def end_instances(
    adapters: Adapters, deployment: Deployment, at_most: float | None = None
) -> None:
    """Stop and forget every instance of a deployment, and give its ports back.

    Args:
        adapters: what to work with.
        deployment: whose instances.
        at_most: seconds they have to end by themselves, if their own time is longer.
    """
    prefix = service_prefix(deployment.project, deployment.environment) + deployment.id + "."
    await _end(adapters, prefix, at_most)


async def end_service(adapters: Adapters, project: str, environment: str) -> None:
    """As `end_instances`, for whatever of a service still runs: an old version may yet drain."""
    await _end(adapters, service_prefix(project, environment), None)


async def _end(adapters: Adapters, prefix: str, at_most: float | None) -> None:
    names = [name for name in await adapters.supervisor.states() if name.startswith(prefix)]
    await asyncio.gather(*(adapters.supervisor.remove(name, at_most) for name in names))
    async with adapters.store.transaction() as tx:
        for lease in await tx.ports():
            if lease.holder.startswith(prefix):
                await tx.release_port(lease.holder)


async def converge(adapters: Adapters, project: str, environment: str) -> None:
    """Bring one service to what the store says of it.

    The active deployment runs and has the traffic; a stopped service answers 503; a service that
    never had a deployment that succeeded has no route, no port and no data folder of ours.
    """
    async with adapters.store.transaction() as tx:
        active = await tx.active_deployment(project, environment)
        service = await tx.service(project, environment)
        if active is None or service is None:
            await tx.release_port(f"{project}/{environment}")
    if active is None or service is None:
        await adapters.edge.remove(route_id(project, environment))
        return
    run = await Run.load(adapters, active.id)
    stopped = service.desired is ServiceState.STOPPED
    if not stopped:
        await start_instances(run)
    await adapters.edge.switch(
        route_of(adapters.layout, active, run.release, port=service.port, stopped=stopped)
    )
    if stopped:  # only now: who asks meanwhile is told that it is stopped
        for name in instance_ids(active, run.release):
            await adapters.supervisor.stop(name)


async def start_instances(run: Run) -> None:
    """Start every instance of a deployment that does not run."""
    async with run.adapters.store.snapshot() as tx:
        ports = {lease.holder: lease.port for lease in await tx.ports()}
    for process in process_names(run.release):
        port = ports.get(instance_id(run.deployment, process))
        await run.adapters.supervisor.add(run.instance(process, port))


async def routes_of_all(adapters: Adapters) -> list[Route]:
    """The routes of every service, from the store."""
    routes = []
    async with adapters.store.snapshot() as tx:
        for service in await tx.services():
            active = await tx.active_deployment(service.project, service.environment)
            if active is None:
                continue
            release = await tx.release(service.project, active.release_id)
            stopped = service.desired is ServiceState.STOPPED
            routes.append(
                route_of(adapters.layout, active, release, port=service.port, stopped=stopped)
            )
    return routes

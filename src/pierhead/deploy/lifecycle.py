"""Stop, start and delete: what can be done to a service that is there."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from dataclasses import replace

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.converge import converge, end_service, start_instances
from pierhead.deploy.instances import web_processes
from pierhead.deploy.lookup import no_service
from pierhead.deploy.phases.verify import await_healthy
from pierhead.deploy.running import Run
from pierhead.domain.actor import Actor
from pierhead.domain.clock import now
from pierhead.domain.deployment import UNFINISHED, Deployment, Status
from pierhead.domain.event import Event, EventType
from pierhead.domain.plan import PhaseName, Step
from pierhead.domain.service import Service, ServiceState
from pierhead.errors import Conflict, PierheadError, error_from_document
from pierhead.store.store import Transaction


async def stop(adapters: Adapters, project: str, environment: str, actor: Actor) -> Service:
    """Stop a service: its address answers 503 until it is started again.

    Raises:
        NotFound: if there is no such service.
        Conflict: while a deployment of it is under way.
    """
    async with adapters.locks.of(f"{project}/{environment}"):
        service = await _wish(
            adapters, project, environment, ServiceState.STOPPED, EventType.STOPPED, actor
        )
        await converge(adapters, project, environment)
    return service


async def start(adapters: Adapters, project: str, environment: str, actor: Actor) -> Service:
    """Start a stopped service and wait until it is healthy.

    Raises:
        NotFound: if there is no such service.
        Conflict: while a deployment of it is under way.
        StartFailed, HealthCheckFailed: if it does not come up.
    """
    async with adapters.locks.of(f"{project}/{environment}"):
        async with adapters.store.snapshot() as tx:
            deployment, _ = await _idle(tx, project, environment)
        run = await Run.load(adapters, deployment.id)
        try:
            await _come_up(run)
            service = await _wish(
                adapters, project, environment, ServiceState.RUNNING, EventType.STARTED_AGAIN, actor
            )
        except PierheadError as error:
            await converge(adapters, project, environment)  # what is stopped stays stopped
            raise error_from_document(run.redact.document(error.to_document())) from error
        await converge(adapters, project, environment)
    return service


async def _come_up(run: Run) -> None:
    await start_instances(run)
    for process in web_processes(run.release):
        step = Step(PhaseName.VERIFY, "await-healthy", "", {"process": process})
        await await_healthy(run, step)


async def delete(
    adapters: Adapters, project: str, environment: str, actor: Actor, *, purge: bool = False
) -> None:
    """End a service and forget it; its history stays.

    Args:
        purge: also remove its data folder and its logs.

    Raises:
        NotFound: if there is no such service.
        Conflict: while a deployment of it is under way.
    """
    async with adapters.locks.of(f"{project}/{environment}"):
        async with adapters.store.transaction() as tx:
            deployment, _ = await _idle(tx, project, environment)
            await tx.save_deployment(replace(deployment, status=Status.INACTIVE))
            await tx.delete_project(project, environment)
            await tx.add_event(_event(EventType.DELETED, deployment, actor, purge=purge))
        adapters.changes.tell()
        await converge(adapters, project, environment)
        await end_service(adapters, project, environment)
        layout = adapters.layout
        folders = [layout.releases(project, environment)]
        if purge:
            folders += [layout.data(project, environment), layout.logs(project, environment)]
        for folder in folders:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            with suppress(OSError):  # another environment of the project has something there
                folder.parent.rmdir()


async def _wish(
    adapters: Adapters,
    project: str,
    environment: str,
    desired: ServiceState,
    kind: EventType,
    actor: Actor,
) -> Service:
    """Write down what is wanted before anything is done: a restart of ours carries it on."""
    async with adapters.store.transaction() as tx:
        deployment, service = await _idle(tx, project, environment)
        service = replace(service, desired=desired, state=desired, observed_at=now())
        await tx.put_service(service)
        await tx.add_event(_event(kind, deployment, actor))
    adapters.changes.tell()
    return service


async def _idle(tx: Transaction, project: str, environment: str) -> tuple[Deployment, Service]:
    """A service and its active deployment, seen in the transaction that changes them."""
    active = await tx.active_deployment(project, environment)
    service = await tx.service(project, environment)
    busy, _ = await tx.deployments(
        project=project, environment=environment, status=UNFINISHED, page_size=1
    )
    if busy:
        raise Conflict(
            f"deployment {busy[0].id} of {project} is {busy[0].status}",
            hint=f"wait for it, or `pierhead deploy cancel {busy[0].id}`",
        )
    if active is None or service is None:
        raise no_service(project, environment)
    return active, service


def _event(kind: EventType, deployment: Deployment, actor: Actor, **data: object) -> Event:
    return Event(
        type=kind,
        project=deployment.project,
        environment=deployment.environment,
        time=now(),
        actor=actor,
        deployment_id=deployment.id,
        data=data,
    )

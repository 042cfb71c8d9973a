"""Asking for a deployment: the plan, the record, the place in the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.observe import observe
from pierhead.deploy.planning import Wish, make_plan
from pierhead.deploy.prepare import Candidate, Request, prepare
from pierhead.deploy.prune import KEPT_DAYS
from pierhead.deploy.running import deployment_event, service_of
from pierhead.domain.actor import Actor
from pierhead.domain.clock import now
from pierhead.domain.deployment import SUCCEEDED, Deployment, Kind, Status
from pierhead.domain.event import EventType
from pierhead.domain.names import new_id
from pierhead.domain.plan import Plan
from pierhead.domain.release import Release
from pierhead.domain.secret import Secret
from pierhead.errors import NotFound, NothingToRollBackTo
from pierhead.source.folder import digest
from pierhead.store.store import Transaction


async def plan_up(adapters: Adapters, request: Request) -> Plan:
    """What `up` would do; nothing is changed, not even a blob is stored.

    Raises:
        InvalidInput: if the folder cannot be deployed.
    """
    candidate = await asyncio.to_thread(
        prepare,
        request,
        put=digest,
        key=adapters.key,
        max_files=adapters.settings.max_files,
    )
    return await _plan(adapters, candidate, request)


async def up(adapters: Adapters, request: Request, actor: Actor) -> tuple[Plan, Deployment | None]:
    """Freeze the folder as a release and queue its deployment.

    Returns:
        The plan, and the deployment; None where there is nothing to do.

    Raises:
        InvalidInput: if the folder cannot be deployed.
    """
    candidate = await asyncio.to_thread(
        prepare,
        request,
        put=adapters.blobs.put,
        key=adapters.key,
        max_files=adapters.settings.max_files,
    )
    plan = await _plan(adapters, candidate, request)
    if not plan.changes_something:
        return plan, None
    deployment = await _enqueue(
        adapters,
        candidate.release,
        request.environment,
        actor=actor,
        plan=plan,
        kind=Kind.DEPLOY,
        reason=request.reason,
        values=candidate.environment,
    )
    return plan, deployment


async def request_rollback(
    adapters: Adapters,
    project: str,
    environment: str,
    *,
    actor: Actor,
    reason: str = "",
    to: str | None = None,
) -> tuple[Plan, Deployment]:
    """Queue the way back to an earlier deployment, by default the newest other one that was good.

    Raises:
        NotFound: if there is no such service or deployment.
        NothingToRollBackTo: if no earlier one succeeded, or the named one did not.
    """
    async with adapters.store.snapshot() as tx:
        active = await tx.active_deployment(project, environment)
        if active is None:
            raise _no_service(project, environment)
        target = await _target(tx, active, to)
        release = await _kept_release(tx, target)
    plan = make_plan(
        Wish(release, environment, Kind.ROLLBACK), await observe(adapters, release, environment)
    )
    deployment = await _enqueue(
        adapters,
        release,
        environment,
        actor=actor,
        plan=plan,
        kind=Kind.ROLLBACK,
        reason=reason,
        target_id=target.id,
    )
    return plan, deployment


async def request_restart(
    adapters: Adapters, project: str, environment: str, *, actor: Actor, reason: str = ""
) -> tuple[Plan, Deployment]:
    """Queue fresh instances of what is active, switched to without a gap.

    Raises:
        NotFound: if there is no such service.
    """
    async with adapters.store.snapshot() as tx:
        active = await tx.active_deployment(project, environment)
        if active is None:
            raise _no_service(project, environment)
        release = await tx.release(project, active.release_id)
    plan = make_plan(
        Wish(release, environment, Kind.RESTART), await observe(adapters, release, environment)
    )
    deployment = await _enqueue(
        adapters, release, environment, actor=actor, plan=plan, kind=Kind.RESTART, reason=reason
    )
    return plan, deployment


async def cancel(adapters: Adapters, deployment_id: str) -> Deployment:
    """Ask a deployment to end; one that runs does so within 10 s, one that waits at once.

    A deployment that has ended already is returned as it is.

    Raises:
        NotFound: if there is no such deployment.
    """
    async with adapters.store.transaction() as tx:
        deployment = await tx.deployment(deployment_id)
        if deployment.finished:
            return deployment
        moment = now()
        deployment = replace(deployment, cancel_requested_at=moment)
        if deployment.status is Status.PENDING:
            deployment = replace(deployment, status=Status.CANCELLED, completed_at=moment)
            await tx.add_event(deployment_event(deployment, EventType.CANCELLED))
        await tx.save_deployment(deployment)
    adapters.changes.tell()
    return deployment


async def resubmit_unfinished(adapters: Adapters) -> int:
    """Queue again what a server that died had recorded but perhaps not queued."""
    async with adapters.store.snapshot() as tx:
        unfinished = await tx.unfinished_deployments()
    for deployment in sorted(unfinished, key=lambda one: one.created_at):
        await _submit(adapters, deployment)
    return len(unfinished)


async def _plan(adapters: Adapters, candidate: Candidate, request: Request) -> Plan:
    seen = await observe(adapters, candidate.release, request.environment)
    return make_plan(Wish(candidate.release, request.environment, force=request.force), seen)


async def _enqueue(
    adapters: Adapters,
    release: Release,
    environment: str,
    *,
    actor: Actor,
    plan: Plan,
    kind: Kind,
    reason: str,
    values: Mapping[str, Secret] | None = None,
    target_id: str | None = None,
) -> Deployment:
    """Record the deployment; those still waiting for the same service are superseded by it."""
    async with adapters.store.transaction() as tx:
        if values is not None:
            await tx.put_release(release, values)
        deployment = await tx.add_deployment(
            Deployment(
                id=new_id("d"),
                number=0,
                project=release.project,
                environment=environment,
                kind=kind,
                release_id=release.id,
                version=release.version,
                status=Status.PENDING,
                actor=actor,
                created_at=now(),
                reason=reason,
                plan=plan,
                target_id=target_id,
            )
        )
        await tx.add_event(
            deployment_event(deployment, EventType.REQUESTED, release=release.id, reason=reason)
        )
        await _supersede(tx, deployment)
    adapters.changes.tell()
    await _submit(adapters, deployment)
    return deployment


async def _supersede(tx: Transaction, newer: Deployment) -> None:
    waiting, _ = await tx.deployments(
        project=newer.project,
        environment=newer.environment,
        status={Status.PENDING},
        page_size=100,
    )
    for old in waiting:
        if old.id == newer.id:
            continue
        await tx.save_deployment(
            replace(old, status=Status.SUPERSEDED, superseded_by=newer.id, completed_at=now())
        )
        await tx.add_event(deployment_event(old, EventType.SUPERSEDED, by=newer.id))


async def _submit(adapters: Adapters, deployment: Deployment) -> None:
    await adapters.queue.submit("deploy", deployment.id, partition=service_of(deployment))


async def _target(tx: Transaction, active: Deployment, to: str | None) -> Deployment:
    project, environment = active.project, active.environment
    if to is not None:
        target = await tx.deployment(to)
        if (target.project, target.environment) != (project, environment):
            raise NotFound(f"{target.id} is not a deployment of {project} in {environment}")
        if target.status not in SUCCEEDED:
            raise NothingToRollBackTo(f"{target.id} never ran: it is {target.status}")
        return target
    earlier = await tx.last_good(project, environment, active)
    if earlier is not None:
        return earlier
    raise NothingToRollBackTo(f"{project} in {environment} has no earlier release that ran well")


async def _kept_release(tx: Transaction, target: Deployment) -> Release:
    try:
        return await tx.release(target.project, target.release_id)
    except NotFound:
        raise NothingToRollBackTo(
            f"the release of {target.id} was removed {KEPT_DAYS} days after it was made",
            hint="deploy its source again",
        ) from None


def _no_service(project: str, environment: str) -> NotFound:
    return NotFound(
        f"no service {project!r} in {environment}",
        hint="`pierhead services` lists what there is",
    )

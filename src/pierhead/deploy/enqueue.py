"""A deployment is recorded, takes the place of those that wait, and is queued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.running import deployment_event, service_of
from pierhead.domain.actor import SERVER, Actor
from pierhead.domain.clock import now
from pierhead.domain.deployment import Deployment, Kind, Status
from pierhead.domain.event import EventType
from pierhead.domain.names import new_id
from pierhead.domain.plan import Plan
from pierhead.domain.release import Release
from pierhead.domain.secret import Secret
from pierhead.store.store import Transaction


async def enqueue(
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
    replaces: str | None = None,
) -> Deployment:
    """Record the deployment; those still waiting for the same service are superseded by it.

    What the server itself asks for takes the place of nothing that people asked for.

    Args:
        values: of the release's environment; None for a release that is recorded already.
        replaces: the deployment a rollback goes back from.

    Raises:
        NotFound: if a release that was recorded is not there any more.
    """
    async with adapters.store.transaction() as tx:
        if values is not None:
            await tx.put_release(release, values)
        else:
            await tx.release(release.project, release.id)  # it may have been deleted meanwhile
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
                previous_id=replaces,
            )
        )
        await tx.add_event(
            deployment_event(deployment, EventType.REQUESTED, release=release.id, reason=reason)
        )
        if actor != SERVER:
            await _supersede(tx, deployment)
    adapters.changes.tell()
    await _submit(adapters, deployment)
    return deployment


async def resubmit_unfinished(adapters: Adapters) -> int:
    """Queue again what a server that died had recorded but perhaps not queued."""
    async with adapters.store.snapshot() as tx:
        unfinished = await tx.unfinished_deployments()
    for deployment in sorted(unfinished, key=lambda one: one.created_at):
        await _submit(adapters, deployment)
    return len(unfinished)


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

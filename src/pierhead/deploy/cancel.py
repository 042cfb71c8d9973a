"""Asking a deployment to end."""

from __future__ import annotations

from dataclasses import replace

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.running import deployment_event
from pierhead.domain.clock import now
from pierhead.domain.deployment import Deployment, Status
from pierhead.domain.event import EventType


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

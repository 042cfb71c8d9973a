"""Fresh instances of what is active."""

from __future__ import annotations

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.enqueue import enqueue
from pierhead.deploy.lookup import no_service
from pierhead.deploy.observe import observe
from pierhead.deploy.planning import Wish, make_plan
from pierhead.domain.actor import Actor
from pierhead.domain.deployment import Deployment, Kind
from pierhead.domain.plan import Plan


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
            raise no_service(project, environment)
        release = await tx.release(project, active.release_id)
    plan = make_plan(
        Wish(release, environment, Kind.RESTART), await observe(adapters, release, environment)
    )
    deployment = await enqueue(
        adapters, release, environment, actor=actor, plan=plan, kind=Kind.RESTART, reason=reason
    )
    return plan, deployment

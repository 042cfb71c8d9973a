"""The way back: an earlier deployment's release, once more."""

from __future__ import annotations

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.enqueue import enqueue
from pierhead.deploy.lookup import no_service
from pierhead.deploy.observe import observe
from pierhead.deploy.planning import Wish, make_plan
from pierhead.deploy.prune import KEPT_DAYS
from pierhead.domain.actor import Actor
from pierhead.domain.deployment import SUCCEEDED, Deployment, Kind, Status
from pierhead.domain.plan import Plan
from pierhead.domain.release import Release
from pierhead.errors import Conflict, NotFound, NothingToRollBackTo
from pierhead.store.store import Transaction


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
        Conflict: if none is named while another deployment runs: what would be gone back from is
            not known before that has ended.
    """
    async with adapters.store.snapshot() as tx:
        active = await tx.active_deployment(project, environment)
        if active is None:
            raise no_service(project, environment)
        if to is None:
            await _refuse_while_deploying(tx, active)
        target = await _target(tx, active, to)
        release = await _kept_release(tx, target)
    plan = make_plan(
        Wish(release, environment, Kind.ROLLBACK), await observe(adapters, release, environment)
    )
    deployment = await enqueue(
        adapters,
        release,
        environment,
        actor=actor,
        plan=plan,
        kind=Kind.ROLLBACK,
        reason=reason,
        target_id=target.id,
        replaces=active.id,
    )
    return plan, deployment


async def _refuse_while_deploying(tx: Transaction, active: Deployment) -> None:
    running, _ = await tx.deployments(
        project=active.project,
        environment=active.environment,
        status={Status.DEPLOYING},
        page_size=1,
    )
    if running:
        raise Conflict(
            f"{running[0].id} is being deployed, and {active.id} serves until it is done",
            hint=f"`pierhead deploy cancel {running[0].id}`, or name a deployment with --to",
        )


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
            f"the release of {target.id} is not kept any more: it was deleted with its service, "
            f"or is older than {KEPT_DAYS} days",
            hint="deploy its source again",
        ) from None

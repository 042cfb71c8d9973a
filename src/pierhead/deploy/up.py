"""From a folder to a deployment in the queue, or only to its plan."""

from __future__ import annotations

import asyncio

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.enqueue import enqueue
from pierhead.deploy.observe import observe
from pierhead.deploy.planning import Wish, make_plan
from pierhead.deploy.prepare import Candidate, Request, prepare
from pierhead.domain.actor import Actor
from pierhead.domain.deployment import Deployment, Kind
from pierhead.domain.plan import Plan
from pierhead.source.folder import digest


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
    deployment = await enqueue(
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


async def _plan(adapters: Adapters, candidate: Candidate, request: Request) -> Plan:
    seen = await observe(adapters, candidate.release, request.environment)
    return make_plan(Wish(candidate.release, request.environment, force=request.force), seen)

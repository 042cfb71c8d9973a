"""At the server's start: what runs becomes what the store says."""

from __future__ import annotations

import asyncio
import logging

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.converge import converge, end_instances, routes_of_all
from pierhead.deploy.enqueue import resubmit_unfinished
from pierhead.deploy.prune import prune_all
from pierhead.domain.deployment import Status
from pierhead.errors import NotFound, PierheadError

_EVERY = 60.0  # seconds between two rounds of care
_log = logging.getLogger(__name__)


async def reconcile(adapters: Adapters) -> None:
    """Rebuild every route and every instance from the store."""
    problems = await adapters.edge.load(await routes_of_all(adapters))
    for problem in problems:
        _log.warning("%s", problem.message)
    async with adapters.store.snapshot() as tx:
        services = await tx.services()
    for service in services:
        try:
            await converge(adapters, service.project, service.environment)
        except PierheadError:
            _log.exception("service %s in %s", service.project, service.environment)
    await end_strays(adapters)


async def end_strays(adapters: Adapters) -> None:
    """End instances of deployments that came to an end without ending them.

    Those replaced by an active one are left to its settling, which lets their requests end.
    """
    for name in await adapters.supervisor.states():
        parts = name.split(".")
        if len(parts) != 5:  # project.environment.deployment.process.number
            continue
        async with adapters.store.snapshot() as tx:
            try:
                deployment = await tx.deployment(parts[2])
            except NotFound:
                continue  # not ours to judge
            if deployment.status in {Status.FAILED, Status.CANCELLED, Status.SUPERSEDED}:
                stray = True
            else:
                gone = await tx.service(deployment.project, deployment.environment) is None
                stray = gone and deployment.finished
        if stray:
            await end_instances(adapters, deployment)


async def take_care(adapters: Adapters, every: float = _EVERY) -> None:
    """For ever: carry on with what broke off, and remove what nothing needs."""
    while True:
        await asyncio.sleep(every)
        try:
            await resubmit_unfinished(adapters)
            await prune_all(adapters)
        except PierheadError as error:
            _log.warning("taking care: %s", error)
        except Exception:  # noqa: BLE001 - whatever it is, the next round may do better
            _log.exception("taking care")

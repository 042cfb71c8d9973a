"""After the switch: the old version drains and stops, the new one is watched."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.converge import end_instances
from pierhead.deploy.instances import instance_id, process_names, service_prefix
from pierhead.deploy.log import KEPT_LINES
from pierhead.deploy.prune import prune_service
from pierhead.deploy.rollback import request_rollback
from pierhead.deploy.running import Run, deployment_event
from pierhead.domain.actor import SERVER
from pierhead.domain.clock import now
from pierhead.domain.deployment import Deployment, Kind, Status
from pierhead.domain.event import EventType
from pierhead.domain.plan import PhaseName
from pierhead.errors import Conflict, HealthCheckFailed, NotFound, PierheadError
from pierhead.runtimes.instance import ending

_log = logging.getLogger(__name__)
_LOOK = 0.25  # seconds between looks at a version that is watched


class Settle:
    """The durable sequence that follows an activation."""

    name = "settle"
    first = "retire"
    exclusive = False

    def __init__(self, adapters: Adapters) -> None:
        self._adapters = adapters

    async def step(self, subject: str, step: str) -> str:
        """Retire the old versions, or watch the new one."""
        try:
            run = await Run.load(self._adapters, subject)
        except NotFound:
            return ""  # deleted since, with all that ran of it
        if step == "retire":
            # Both at once: a drain may take longer than the window the new version is watched in.
            # If one breaks off, both do: the engine begins both anew.
            async with asyncio.TaskGroup() as both:
                both.create_task(self._retire(run))
                both.create_task(self._observe(run))
        return ""

    async def _retire(self, run: Run) -> None:
        """End whatever of this service is neither active nor on its way to be."""
        deployment = run.deployment
        old = await _replaced(self._adapters, deployment)
        await asyncio.gather(*(self._end(run, previous) for previous in old))
        await prune_service(self._adapters, deployment.project, deployment.environment)

    async def _end(self, run: Run, previous: Deployment) -> None:
        limit = run.release.spec.drain_timeout
        try:
            await asyncio.gather(
                *(self._adapters.edge.drain(upstream, limit) for upstream in previous.upstreams)
            )
            await end_instances(self._adapters, previous)
            run.log.write("settle", f"{previous.id} drained and stopped")
        except PierheadError as error:
            # The next deployment of the service tries again: it retires all that is left over.
            _log.warning("retiring %s: %s", previous.id, error)
            run.log.write("settle", f"{previous.id} could not be stopped: {error}")

    async def _observe(self, run: Run) -> None:
        deployment = run.deployment
        if deployment.activated_at is None or not process_names(run.release):
            return
        end = deployment.activated_at + timedelta(seconds=run.release.spec.observe)
        while now() < end:
            if not await _is_active(self._adapters, deployment):
                return
            if problem := await _crash(run):
                # Looked at again: a stop or a newer version may have ended it meanwhile.
                if await _is_active(self._adapters, deployment):
                    await _go_back(run, problem)
                return
            await asyncio.sleep(_LOOK)


async def _replaced(adapters: Adapters, deployment: Deployment) -> list[Deployment]:
    """Deployments of the service that still have instances or ports and should not."""
    prefix = service_prefix(deployment.project, deployment.environment)
    names = set(await adapters.supervisor.states())
    async with adapters.store.snapshot() as tx:
        names |= {lease.holder for lease in await tx.ports()}
        ids = {
            name.removeprefix(prefix).partition(".")[0] for name in names if name.startswith(prefix)
        }
        found = [await tx.deployment(name) for name in sorted(ids)]
    return [old for old in found if old.finished and old.status is not Status.ACTIVE]


async def _is_active(adapters: Adapters, deployment: Deployment) -> bool:
    async with adapters.store.snapshot() as tx:
        active = await tx.active_deployment(deployment.project, deployment.environment)
        service = await tx.service(deployment.project, deployment.environment)
    return (
        active is not None
        and active.id == deployment.id
        and service is not None
        and service.desired == "running"
    )


async def _crash(run: Run) -> str:
    """What happened to an instance since the switch, or an empty text."""
    pids = run.record(PhaseName.REGISTER).details.get("pids", {})
    states = await run.adapters.supervisor.states()
    for process, pid in pids.items():
        state = states.get(instance_id(run.deployment, process))
        if state is None:
            continue
        if not state.up or state.pid != pid:
            code = await run.adapters.supervisor.exit_code(instance_id(run.deployment, process))
            return f"{process} {ending(code)}"
    return ""


async def _go_back(run: Run, problem: str) -> None:
    """Note the crash on the record and ask for the way back, if there is one."""
    deployment, adapters = run.deployment, run.adapters
    since = (now() - (deployment.activated_at or now())).total_seconds()
    error = HealthCheckFailed(
        f"{problem} {since:.1f} s after the switch",
        hint=f"see `pierhead deploy show {deployment.id}` for its last lines",
    ).to_document()
    lines = run.instances_said(KEPT_LINES)
    event = deployment_event(deployment, EventType.CRASHED, error=error)
    await run.save(event, error=error, log_tail=tuple(lines[-KEPT_LINES:]))
    if deployment.kind is not Kind.DEPLOY:
        return  # going back from the way back could go round for ever
    try:
        await request_rollback(
            adapters,
            deployment.project,
            deployment.environment,
            actor=SERVER,
            reason=f"{deployment.id}: {error['message']}",
        )
    except Conflict as refused:  # nothing to go back to, or something newer is on its way already
        _log.warning("%s crashed and stays: %s", deployment.id, refused)

"""Register: what happened becomes the record, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pierhead.deploy.instances import instance_id, process_names
from pierhead.deploy.phases.verify import confirm, switch
from pierhead.deploy.routing import endpoint
from pierhead.deploy.running import Run
from pierhead.domain.clock import now
from pierhead.domain.deployment import Kind, Status
from pierhead.domain.event import EventType
from pierhead.domain.plan import PhaseName, Step
from pierhead.domain.service import Service, ServiceState
from pierhead.errors import StartFailed


async def activate(run: Run, step: Step) -> Mapping[str, Any]:
    """The new version becomes the active one, the old one inactive, the registry knows it.

    The phase ends in the same transaction, so that nobody sees an active deployment whose last
    phase still runs. The traffic is switched and seen once more right before it: a server that
    was killed since has led it back to the version its store called active.
    """
    await switch(run, step)
    await confirm(run, step)
    pids = await _pids(run)
    moment = now()
    async with run.adapters.store.transaction() as tx:
        stored = await tx.deployment(run.deployment.id)
        project, environment = stored.project, stored.environment
        holder = f"{project}/{environment}"
        port = next(lease.port for lease in await tx.ports() if lease.holder == holder)
        address = endpoint(run.adapters.settings.bind, port)
        old = await tx.active_deployment(project, environment)
        if old is not None and old.id != stored.id:
            left = Status.ROLLED_BACK if stored.kind is Kind.ROLLBACK else Status.INACTIVE
            await tx.save_deployment(replace(old, status=left))
        details = {
            "endpoint": address,
            "registered_at": moment.isoformat(),
            "pids": pids,
            "summary": address,
        }
        run.deployment = replace(
            stored,
            status=Status.ACTIVE,
            activated_at=moment,
            completed_at=moment,
            previous_id=old.id if old is not None and old.id != stored.id else stored.previous_id,
            phases=run.phases_done(PhaseName.REGISTER, details),
        )
        await tx.save_deployment(run.deployment)
        await tx.put_service(
            Service(
                project=project,
                environment=environment,
                endpoint=address,
                port=port,
                deployment_id=stored.id,
                release_id=run.release.id,
                version=run.release.version,
                desired=ServiceState.RUNNING,
                state=ServiceState.RUNNING,
                registered_at=moment,
                observed_at=moment,
            )
        )
        for event in _events(run, address):
            await tx.add_event(event)
    run.adapters.changes.tell()
    return details


def _events(run: Run, address: str) -> list[Any]:
    deployment = run.deployment
    started = deployment.started_at or deployment.created_at
    seconds = round((now() - started).total_seconds(), 3)
    data = {"endpoint": address, "version": run.release.version, "seconds": seconds}
    events = [run.event(EventType.COMPLETED, **data)]
    if deployment.kind is Kind.ROLLBACK:
        events.append(
            run.event(
                EventType.ROLLED_BACK,
                rolled_back=deployment.previous_id,
                to=deployment.target_id,
                reason=deployment.reason,
            )
        )
    return events


async def _pids(run: Run) -> dict[str, int]:
    """The process ids of all instances: the ones the observation compares with.

    Raises:
        StartFailed: if one is not up.
    """
    states = await run.adapters.supervisor.states()
    pids = {}
    for process in process_names(run.release):
        state = states.get(instance_id(run.deployment, process))
        if state is None or state.pid is None:
            raise StartFailed(
                f"{process} ended again after its start",
                hint=f"see `pierhead logs {run.deployment.project} --process {process}`",
            )
        pids[process] = state.pid
    return pids

"""Start: the new version comes up beside the old one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pierhead.deploy.instances import instance_ids, web_processes
from pierhead.deploy.running import Run
from pierhead.domain.plan import PhaseName, Step
from pierhead.errors import StartFailed


async def release_command(run: Run, step: Step) -> Mapping[str, Any]:
    """Run one of the release commands (a schema step) against the live data, once.

    That it ran is noted at once: a server killed later in this phase must not run it again.
    """
    index = step.arguments["index"]
    ran = run.record(PhaseName.START).details.get("ran", [])
    if index in ran:
        return {}
    command = run.release.spec.recipe.release[index]
    environment = {name: value.reveal() for name, value in run.environment(None).items()}
    _data_folder(run)
    await run.command(
        PhaseName.START,
        command.expand(environment),
        environment,
        shown=str(command),
        failure=StartFailed,
    )
    details = {"ran": [*ran, index]}
    await run.save(phases=run.phases_with(PhaseName.START, details=details))
    return {**details, "said": str(command)}


async def start(run: Run, step: Step) -> Mapping[str, Any]:
    """Start one instance; one that runs already is left alone."""
    process = step.arguments["process"]
    port = await run.port(process) if process in web_processes(run.release) else None
    _data_folder(run)
    instance = run.instance(process, port)
    await run.adapters.supervisor.add(instance)
    run.log.write(step.phase, f"started {process}{f' with PORT={port}' if port else ''}")
    said = f"{process} at port {port}" if port else process
    return {process: {"instance": instance.id, "port": port}, "said": said}


async def stop_old(run: Run, step: Step) -> Mapping[str, Any]:  # noqa: ARG001
    """Stop the version that runs, because both cannot run at once."""
    deployment = run.deployment
    async with run.adapters.store.transaction() as tx:
        active = await tx.active_deployment(deployment.project, deployment.environment)
        old = await tx.release(deployment.project, active.release_id) if active else None
    if active is None or old is None or active.id == deployment.id:
        return {}
    for name in instance_ids(active, old):
        await run.adapters.supervisor.stop(name)
    run.log.write(PhaseName.START, f"stopped {active.id}")
    return {"stopped": active.id, "said": f"stopped {active.id}"}


def _data_folder(run: Run) -> None:
    layout, deployment = run.adapters.layout, run.deployment
    folder = layout.data(deployment.project, deployment.environment)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    layout.logs(deployment.project, deployment.environment).mkdir(
        parents=True, exist_ok=True, mode=0o700
    )

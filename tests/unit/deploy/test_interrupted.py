"""A deployment that is cancelled, or whose server dies, at the worst of moments."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pierhead.deploy.cancel import cancel
from pierhead.deploy.phases import HANDLERS, Handler
from pierhead.deploy.run import DeploymentRun
from pierhead.deploy.running import Run
from pierhead.domain.deployment import Deployment, Status
from pierhead.domain.plan import PhaseName, Step
from pierhead.errors import BuildFailed
from unit.deploy.made import deployment, release
from unit.deploy.quiet import Quiet, quiet

SITE = release(dependencies=None, processes={"web": release().spec.recipe.processes["web"]})


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Quiet]:
    async with quiet(tmp_path) as made:
        yield made


async def nothing(run: Run, step: Step) -> Mapping[str, Any]:
    return {}


def handlers(**changed: Handler) -> Mapping[str, Handler]:
    """Handlers that do nothing, but for those given."""
    return {name: changed.get(name.replace("-", "_"), nothing) for name in HANDLERS}


async def pending(machine: Quiet) -> Deployment:
    async with machine.adapters.store.transaction() as tx:
        await tx.put_release(SITE, {})
        return await tx.add_deployment(deployment(status=Status.PENDING, upstreams=()))


async def stored(machine: Quiet, made: Deployment) -> Deployment:
    async with machine.adapters.store.snapshot() as tx:
        return await tx.deployment(made.id)


async def to_phase(sequence: DeploymentRun, made: Deployment, phase: PhaseName) -> None:
    step = sequence.first
    while step != phase:
        step = await sequence.step(made.id, step)
        assert step, f"{phase} was never reached"


async def activate(run: Run) -> None:
    async with run.adapters.store.transaction() as tx:
        found = await tx.deployment(run.deployment.id)
        await tx.save_deployment(replace(found, status=Status.ACTIVE))


async def test_a_cancellation_that_comes_with_the_activation_is_too_late(machine: Quiet) -> None:
    made = await pending(machine)

    async def register(run: Run, step: Step) -> Mapping[str, Any]:
        # As a commit goes through although its waiter is cancelled.
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            await activate(run)
            raise
        return {}

    sequence = DeploymentRun(machine.adapters, handlers(activate=register))
    await to_phase(sequence, made, PhaseName.REGISTER)
    step = asyncio.create_task(sequence.step(made.id, PhaseName.REGISTER))
    await asyncio.sleep(0.1)
    await cancel(machine.adapters, made.id)
    assert await step == ""
    assert (await stored(machine, made)).status is Status.ACTIVE
    assert machine.queue.submitted == [f"settle:{made.id}"]


async def test_a_cancellation_is_heeded_between_two_quick_phases(machine: Quiet) -> None:
    made = await pending(machine)
    sequence = DeploymentRun(machine.adapters, handlers())
    await to_phase(sequence, made, PhaseName.START)
    await cancel(machine.adapters, made.id)
    assert await sequence.step(made.id, PhaseName.START) == "undo"
    await sequence.step(made.id, "undo")
    assert (await stored(machine, made)).status is Status.CANCELLED


async def test_a_phase_that_failed_is_not_tried_again_after_a_crash(machine: Quiet) -> None:
    made = await pending(machine)
    tries = []

    async def fail_once(run: Run, step: Step) -> Mapping[str, Any]:
        tries.append(step.action)
        if len(tries) == 1:
            raise BuildFailed("it does not compile")
        return {}

    sequence = DeploymentRun(machine.adapters, handlers(build=fail_once, seal=fail_once))
    await to_phase(sequence, made, PhaseName.BUILD)
    # The answer of the first is lost with the server, so the engine asks again.
    assert await sequence.step(made.id, PhaseName.BUILD) == "undo"
    assert await sequence.step(made.id, PhaseName.BUILD) == "undo"
    assert len(tries) == 1


async def test_what_was_said_is_not_said_again_after_a_crash(machine: Quiet) -> None:
    made = await pending(machine)

    async def fail(run: Run, step: Step) -> Mapping[str, Any]:
        raise BuildFailed("it does not compile")

    sequence = DeploymentRun(machine.adapters, handlers(seal=fail))
    step = sequence.first
    while step:
        following = await sequence.step(made.id, step)
        if step != "begin":
            assert await sequence.step(made.id, step) == following
        step = following
    async with machine.adapters.store.snapshot() as tx:
        said = [event.type.value for event in await tx.events()]
    assert said == [
        "deployment.started",
        "deployment.phase_completed",
        "deployment.phase_completed",
        "deployment.failed",
    ]

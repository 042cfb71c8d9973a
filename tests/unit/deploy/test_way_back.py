"""The way back after a crash never lands over something newer."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from pierhead.deploy.rollback import request_rollback
from pierhead.deploy.run import DeploymentRun
from pierhead.domain.actor import SERVER
from pierhead.domain.deployment import Deployment, Status
from unit.deploy.made import ACTOR, deployment, release, service
from unit.deploy.quiet import Quiet, quiet


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Quiet]:
    async with quiet(tmp_path) as made:
        yield made


async def ask(machine: Quiet, number: int) -> Deployment:
    """The deployment of a release of its own, in the queue."""
    made = release(f"r-{number:012d}")
    async with machine.adapters.store.transaction() as tx:
        await tx.put_release(made, {})
        return await tx.add_deployment(
            deployment(f"d-{number}", release_id=made.id, status=Status.PENDING)
        )


async def activate(machine: Quiet, made: Deployment) -> None:
    async with machine.adapters.store.transaction() as tx:
        if old := await tx.active_deployment("shop", "production"):
            await tx.save_deployment(replace(old, status=Status.INACTIVE))
        await tx.save_deployment(replace(made, status=Status.DEPLOYING))
        await tx.save_deployment(replace(made, status=Status.ACTIVE))
        await tx.put_service(service(deployment_id=made.id, release_id=made.release_id))


async def stored(machine: Quiet, made: Deployment) -> Deployment:
    async with machine.adapters.store.snapshot() as tx:
        return await tx.deployment(made.id)


async def test_a_newer_version_that_came_meanwhile_is_not_taken_back(machine: Quiet) -> None:
    for number in (1, 2):
        await activate(machine, await ask(machine, number))
    newer = await ask(machine, 3)
    _, back = await request_rollback(machine.adapters, "shop", "production", actor=SERVER)
    assert (await stored(machine, newer)).status is Status.PENDING
    await activate(machine, newer)
    assert await DeploymentRun(machine.adapters).step(back.id, "begin") == ""
    ended = await stored(machine, back)
    assert (ended.status, ended.superseded_by) == (Status.SUPERSEDED, newer.id)


async def test_without_a_newer_one_it_goes_back(machine: Quiet) -> None:
    for number in (1, 2):
        await activate(machine, await ask(machine, number))
    _, back = await request_rollback(machine.adapters, "shop", "production", actor=SERVER)
    assert await DeploymentRun(machine.adapters).step(back.id, "begin") == "validation"


async def test_a_person_may_go_back_from_whatever_is_active(machine: Quiet) -> None:
    for number in (1, 2):
        await activate(machine, await ask(machine, number))
    _, back = await request_rollback(machine.adapters, "shop", "production", actor=ACTOR)
    await activate(machine, await ask(machine, 3))
    assert await DeploymentRun(machine.adapters).step(back.id, "begin") == "validation"

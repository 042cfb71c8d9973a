"""Stop, start and delete, where something else goes on or goes wrong."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pierhead.deploy import lifecycle
from pierhead.deploy.enqueue import enqueue
from pierhead.domain.deployment import Kind
from pierhead.domain.plan import Plan
from pierhead.errors import NotFound
from unit.deploy.made import ACTOR, deployment, release, service
from unit.deploy.quiet import Quiet, quiet

PLAN = Plan("shop", "production", "r-000000000001", None, "http://127.0.0.1:20000", ())


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Quiet]:
    async with quiet(tmp_path) as made:
        yield made


async def running(machine: Quiet) -> None:
    async with machine.adapters.store.transaction() as tx:
        await tx.put_release(release(), {})
        await tx.add_deployment(deployment())
        await tx.put_service(service())


async def ask_again(machine: Quiet) -> None:
    await enqueue(
        machine.adapters,
        release(),
        "production",
        actor=ACTOR,
        plan=PLAN,
        kind=Kind.RESTART,
        reason="",
    )


async def test_what_was_deleted_is_not_queued_again(machine: Quiet) -> None:
    await running(machine)
    await lifecycle.delete(machine.adapters, "shop", "production", ACTOR)
    with pytest.raises(NotFound):
        await ask_again(machine)
    async with machine.adapters.store.snapshot() as tx:
        assert await tx.unfinished_deployments() == []

"""Stop, start and delete, where something else goes on or goes wrong."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pierhead.deploy import lifecycle
from pierhead.deploy.enqueue import enqueue
from pierhead.deploy.settle import Settle
from pierhead.domain.deployment import Kind
from pierhead.domain.health import HealthCheck
from pierhead.domain.plan import Plan
from pierhead.domain.service import ServiceState
from pierhead.errors import DeploymentFailed, NotFound
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


async def test_a_start_that_fails_leaves_the_service_stopped(machine: Quiet) -> None:
    async with machine.adapters.store.transaction() as tx:
        # Nobody listens, and its port was never leased.
        await tx.put_release(release(health=HealthCheck(start_timeout=0.1)), {})
        await tx.add_deployment(deployment())
        await tx.put_service(service(desired=ServiceState.STOPPED))
    with pytest.raises(DeploymentFailed):
        await lifecycle.start(machine.adapters, "shop", "production", ACTOR)
    assert machine.supervisor.running == set()
    assert machine.edge.routes["shop.production"].stopped


async def test_nobody_meets_a_dead_instance_at_a_stop(machine: Quiet) -> None:
    await running(machine)
    await lifecycle.stop(machine.adapters, "shop", "production", ACTOR)
    name = "shop.production.d-00000001-00001.web.0"
    assert machine.said == ["switch d-00000001-00001 stopped", f"stop {name}"]


async def test_a_delete_ends_what_still_drains(machine: Quiet) -> None:
    await running(machine)
    drains, other = "shop.production.d-00000000-00000.web.0", "shop.staging.d-3.web.0"
    machine.supervisor.running |= {drains, other}
    await lifecycle.delete(machine.adapters, "shop", "production", ACTOR)
    assert machine.supervisor.running == {other}


async def test_settling_what_was_deleted_is_over(machine: Quiet) -> None:
    await running(machine)
    await lifecycle.delete(machine.adapters, "shop", "production", ACTOR)
    assert await Settle(machine.adapters).step("d-00000001-00001", "retire") == ""

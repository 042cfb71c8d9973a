"""What follows an activation."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from pierhead.deploy.settle import Settle
from pierhead.domain.clock import now
from pierhead.domain.deployment import Status
from unit.deploy.made import deployment, release, service
from unit.deploy.quiet import quiet


async def test_nothing_watches_on_after_a_retirement_that_broke_off(tmp_path: Path) -> None:
    async with quiet(tmp_path) as machine:
        old = deployment("d-old", status=Status.INACTIVE)
        new = replace(deployment("d-new"), activated_at=now())
        async with machine.adapters.store.transaction() as tx:
            await tx.put_release(release(), {})
            await tx.add_deployment(old)
            await tx.add_deployment(new)
            await tx.put_service(service(deployment_id="d-new"))
        machine.supervisor.running |= {f"shop.production.{one}.web.0" for one in ("d-old", "d-new")}

        async def broken(upstream: str, timeout: float) -> int:
            raise RuntimeError(f"{upstream} cannot be asked, {timeout}")

        machine.edge.drain = broken  # type: ignore[method-assign]
        before = asyncio.all_tasks()
        with pytest.raises(Exception, match="TaskGroup"):
            await Settle(machine.adapters).step("d-new", "retire")
        assert asyncio.all_tasks() == before

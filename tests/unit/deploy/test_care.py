"""The server's rounds of care."""

import asyncio
from pathlib import Path

from pierhead.deploy.reconcile import take_care
from pierhead.domain.deployment import Status
from unit.deploy.made import deployment, release
from unit.deploy.quiet import quiet


async def test_care_goes_on_after_a_round_that_failed(tmp_path: Path) -> None:
    async with quiet(tmp_path) as machine:
        rounds = []

        async def failing(*_: str, **__: str) -> None:
            rounds.append(1)
            raise OSError("the disk is away")

        machine.queue.submit = failing  # type: ignore[method-assign]
        async with machine.adapters.store.transaction() as tx:
            await tx.put_release(release(), {})
            await tx.add_deployment(deployment(status=Status.PENDING))
        care = asyncio.create_task(take_care(machine.adapters, every=0.01))
        await asyncio.sleep(0.5)
        assert not care.done()
        assert len(rounds) > 1
        care.cancel()

"""The files of a release: whole, or not there."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pierhead.deploy.phases.transfer import lay_files
from pierhead.deploy.running import Run
from pierhead.domain.deployment import Status
from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.domain.plan import PhaseName, Step
from pierhead.errors import BlobCorrupt
from unit.deploy.made import deployment, release
from unit.deploy.quiet import Quiet, quiet

STEP = Step(PhaseName.TRANSFER, "lay-files", "lay out many files")


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Quiet]:
    async with quiet(tmp_path) as made:
        yield made


async def of_files(machine: Quiet, count: int) -> Run:
    sha256, size = machine.adapters.blobs.put_bytes(b"the same in all of them")
    files = [FileEntry(f"{number}.txt", 0o644, sha256, size) for number in range(count)]
    async with machine.adapters.store.transaction() as tx:
        await tx.put_release(release(manifest=Manifest.of(files)), {})
        made = await tx.add_deployment(deployment(status=Status.PENDING))
    return await Run.load(machine.adapters, made.id)


async def test_nothing_is_laid_after_a_cancellation(machine: Quiet) -> None:
    run = await of_files(machine, 5000)
    laying = asyncio.create_task(lay_files(run, STEP))
    await asyncio.sleep(0.05)
    laying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await laying
    assert list(run.tree.parent.iterdir()) == []
    await asyncio.sleep(0.5)
    assert list(run.tree.parent.iterdir()) == []


async def test_a_tree_laid_anew_is_not_built(machine: Quiet) -> None:
    run = await of_files(machine, 1)
    mark = machine.adapters.layout.built("shop", "production", run.release.id)
    mark.parent.mkdir(parents=True)
    mark.touch()
    await lay_files(run, STEP)
    assert not mark.exists()


async def test_a_corrupt_blob_leaves_no_tree(machine: Quiet) -> None:
    run = await of_files(machine, 3)
    blob = machine.adapters.blobs.path(hashlib.sha256(b"the same in all of them").hexdigest())
    blob.chmod(0o600)
    blob.write_bytes(b"something else altogether")
    with pytest.raises(BlobCorrupt):
        await lay_files(run, STEP)
    assert not run.tree.exists()

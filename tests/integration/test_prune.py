"""Pruning removes what nothing needs, and nothing else."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pierhead.deploy.adapters import Adapters, Queue
from pierhead.deploy.layout import Layout
from pierhead.deploy.prune import KEPT_DAYS, KEPT_LOG_DAYS, KEPT_RELEASES, prune_all, prune_service
from pierhead.domain.clock import now
from pierhead.domain.deployment import Status
from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.edge.caddy import Edge
from pierhead.errors import NotFound
from pierhead.hosts.local import LocalHost
from pierhead.runtimes.supervisord import Supervisord
from pierhead.settings import load_settings
from pierhead.store.blobs import BlobStore
from pierhead.store.store import Store
from unit.deploy.made import DEPENDENCIES, deployment, release, service

pytestmark = pytest.mark.real
OLD = now() - timedelta(days=KEPT_DAYS + 1)


class NoQueue(Queue):
    async def submit(self, name: str, subject: str, *, partition: str) -> None:
        raise AssertionError("nothing is queued here")


@pytest.fixture
async def adapters(tmp_path: Path) -> AsyncIterator[Adapters]:
    settings = load_settings({"PIERHEAD_HOME": str(tmp_path)})
    layout, supervisor = Layout(tmp_path), Supervisord(tmp_path)
    store = await Store.open(settings.database_url, key=bytes(32))
    yield Adapters(
        settings=settings,
        key=bytes(32),
        layout=layout,
        store=store,
        blobs=BlobStore(layout.blobs),
        host=LocalHost(),
        supervisor=supervisor,
        edge=Edge(tmp_path, supervisor),
        queue=NoQueue(),
    )
    await supervisor.close()
    await store.close()


async def history(
    adapters: Adapters, count: int, ended: Mapping[int, Status] | None = None
) -> list[str]:
    """So many deployments, each of a release of its own with a file of its own; all old."""
    blobs = []
    for number in range(1, count + 1):
        release_id = f"r-{number:012d}"
        sha256, size = adapters.blobs.put_bytes(f"content {number}".encode())
        os.utime(adapters.blobs.path(sha256), (0, time.time() - 10**6))
        blobs.append(sha256)
        manifest = Manifest.of([FileEntry("main.py", 0o644, sha256, size)])
        tree = adapters.layout.tree("shop", "production", release_id)
        tree.mkdir(parents=True)
        async with adapters.store.transaction() as tx:
            made = release(release_id, manifest=manifest, created_at=OLD)
            await tx.put_release(made, {})
            new = await tx.add_deployment(
                deployment(f"d-{number}", release_id=release_id, status=Status.PENDING)
            )
            left = (ended or {}).get(number - 1, Status.INACTIVE)
            if (old := await tx.active_deployment("shop", "production")) is not None:
                await tx.save_deployment(replace(old, status=left))
            new = replace(new, status=Status.DEPLOYING)
            await tx.save_deployment(new)
            await tx.save_deployment(replace(new, status=Status.ACTIVE))
    async with adapters.store.transaction() as tx:
        await tx.put_service(service(deployment_id=f"d-{count}"))
    return blobs


async def test_the_last_good_trees_stay(adapters: Adapters) -> None:
    await history(adapters, KEPT_RELEASES + 3)
    removed = await prune_service(adapters, "shop", "production")
    assert removed == [f"r-{number:012d}" for number in (1, 2, 3)]
    left = sorted(path.name for path in adapters.layout.releases("shop", "production").iterdir())
    assert left == [f"r-{number:012d}" for number in range(4, KEPT_RELEASES + 4)]


async def test_old_releases_and_their_blobs_go(adapters: Adapters) -> None:
    blobs = await history(adapters, KEPT_RELEASES + 2)
    await prune_all(adapters)
    present = [adapters.blobs.has(sha256) for sha256 in blobs]
    assert present == [False, False] + [True] * KEPT_RELEASES
    async with adapters.store.snapshot() as tx:
        with pytest.raises(NotFound):
            await tx.release("shop", "r-000000000001")
        assert len(await tx.releases("shop")) == KEPT_RELEASES
        _, total = await tx.deployments(project="shop")
    assert total == KEPT_RELEASES + 2


async def test_what_is_young_stays(adapters: Adapters) -> None:
    await history(adapters, KEPT_RELEASES + 2)
    young = release("r-00000000000f", created_at=now())
    sha256, _ = adapters.blobs.put_bytes(b"just put, not recorded yet")
    async with adapters.store.transaction() as tx:
        await tx.put_release(young, {})
    await prune_all(adapters)
    assert adapters.blobs.has(sha256)
    async with adapters.store.snapshot() as tx:
        assert await tx.release("shop", young.id) == young


async def test_installations_nobody_uses_go(adapters: Adapters) -> None:
    await history(adapters, 1)
    used = adapters.layout.installation(DEPENDENCIES.digest)
    unused, fresh = adapters.layout.installation("e" * 64), adapters.layout.installation("f" * 64)
    for folder in (used, unused, fresh):
        folder.mkdir(parents=True)
    for folder in (used, unused):
        os.utime(folder, (0, time.time() - 10**6))
    await prune_all(adapters)
    assert [used.exists(), unused.exists(), fresh.exists()] == [True, False, True]


async def test_what_the_first_deployment_of_a_project_needs_stays(adapters: Adapters) -> None:
    made = release("r-00000000000a", created_at=OLD)
    folder = adapters.layout.installation(DEPENDENCIES.digest)
    folder.mkdir(parents=True)
    os.utime(folder, (0, time.time() - 10**6))
    tree = adapters.layout.tree("shop", "production", made.id)
    tree.mkdir(parents=True)
    async with adapters.store.transaction() as tx:
        await tx.put_release(made, {})
        await tx.add_deployment(deployment(release_id=made.id, status=Status.DEPLOYING))
    await prune_all(adapters)
    assert folder.exists()
    assert tree.exists()
    async with adapters.store.snapshot() as tx:
        assert await tx.release("shop", made.id) == made


async def test_what_never_came_to_be_goes(adapters: Adapters) -> None:
    made = release("r-00000000000a", created_at=OLD)
    tree = adapters.layout.tree("shop", "production", made.id)
    tree.mkdir(parents=True)
    async with adapters.store.transaction() as tx:
        await tx.put_release(made, {})
        await tx.add_deployment(deployment(release_id=made.id, status=Status.FAILED))
    await prune_all(adapters)
    assert not tree.exists()
    async with adapters.store.snapshot() as tx:
        assert await tx.projects() == []


async def test_where_a_rollback_leads_stays(adapters: Adapters) -> None:
    # All but the first and the last were taken back.
    count = KEPT_RELEASES + 3
    await history(adapters, count, dict.fromkeys(range(2, count), Status.ROLLED_BACK))
    removed = await prune_service(adapters, "shop", "production")
    assert removed
    assert "r-000000000001" not in removed


async def test_a_deployment_that_plans_waits_for_the_pruning(adapters: Adapters) -> None:
    await history(adapters, KEPT_RELEASES + 1)
    oldest = adapters.layout.release("shop", "production", "r-000000000001")
    async with adapters.locks.of("shop/production"):
        pruning = asyncio.create_task(prune_service(adapters, "shop", "production"))
        await asyncio.sleep(0.2)
        assert oldest.exists()
    assert await pruning == [oldest.name]
    assert not any(oldest.parent.glob("*0001"))


async def test_old_logs_go_but_never_those_of_what_runs(adapters: Adapters) -> None:
    await history(adapters, 2)
    folder = adapters.layout.logs("shop", "production")
    folder.mkdir(parents=True)
    names = ["d-1.log", "d-1.web.0.log", "d-1.web.0.log.3", "d-2.log", "d-2.web.0.log", "notes.txt"]
    for name in names:
        (folder / name).touch()
        os.utime(folder / name, (0, time.time() - (KEPT_LOG_DAYS + 1) * 86400))
    (folder / "d-0.log").touch()  # not live, but young
    await prune_all(adapters)
    left = sorted(path.name for path in folder.iterdir())
    assert left == ["d-0.log", "d-2.log", "d-2.web.0.log", "notes.txt"]

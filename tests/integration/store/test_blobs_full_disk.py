"""A disk that is really full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.store.conftest import KEY
from integration.store.samples import event
from pierhead.errors import StorageFull
from pierhead.store.blobs import BlobStore
from pierhead.store.store import Store

pytestmark = pytest.mark.real

SIZE = 2 << 20


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = f"a small file system cannot be mounted here: {done.stderr.strip()}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_is_said_and_harms_no_blob(tiny: Path) -> None:
    blobs = BlobStore(tiny / "blobs")
    kept, _ = blobs.put_bytes(b"kept" * 1000)
    with pytest.raises(StorageFull, match="No space left") as caught:
        blobs.put_bytes(os.urandom(SIZE))
    assert "free some space" in caught.value.hint
    assert blobs.verify_all() == []
    assert blobs.read(kept) == b"kept" * 1000
    assert list((tiny / "blobs" / "incoming").iterdir()) == []
    blobs.put_bytes(b"there is room again")


async def test_a_full_disk_rolls_the_transaction_back(tiny: Path) -> None:
    store = await Store.open(f"sqlite:///{tiny / 'x.db'}", key=KEY)
    filler = tiny / "filler"
    async with store.transaction() as transaction:
        await transaction.add_event(event(first=True))
    with pytest.raises(StorageFull):  # noqa: PT012
        async with store.transaction() as transaction:
            for _ in range(200):
                await transaction.add_event(event(text=os.urandom(20_000).hex()))
    async with store.snapshot() as transaction:
        assert [each.data for each in await transaction.events()] == [{"first": True}]
    filler.unlink(missing_ok=True)
    async with store.transaction() as transaction:
        assert (await transaction.add_event(event())).sequence == 2
    await store.close()

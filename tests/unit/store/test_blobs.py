from __future__ import annotations

import hashlib
import io
import os
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pierhead.errors import BlobCorrupt, StorageError
from pierhead.store.blob_files import CHUNK
from pierhead.store.blobs import BlobStore

LARGE = os.urandom(CHUNK) * 2 + b"tail"


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def damage(blobs: BlobStore, sha256: str, content: bytes) -> None:
    path = blobs.path(sha256)
    path.chmod(0o600)
    path.write_bytes(content)


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


@pytest.mark.parametrize("data", [b"", b"small", b"x" * CHUNK, LARGE])
@pytest.mark.parametrize("durable", [False, True])
def test_what_is_put_comes_back(tmp_path: Path, data: bytes, durable: bool) -> None:
    blobs = BlobStore(tmp_path / "blobs", durable=durable)
    source = tmp_path / "source"
    source.write_bytes(data)
    assert not blobs.has(sha(data))
    for _ in range(2):
        assert blobs.put_file(source) == (sha(data), len(data))
        assert blobs.put(io.BytesIO(data)) == (sha(data), len(data))
        assert blobs.put_bytes(data) == (sha(data), len(data))
    assert blobs.has(sha(data))
    assert blobs.read(sha(data)) == data
    with blobs.open(sha(data)) as file:
        assert file.read() == data
    target = io.BytesIO()
    assert blobs.copy_to(sha(data), target) == len(data)
    assert target.getvalue() == data


def test_it_is_private_and_leaves_nothing_else(blobs: BlobStore) -> None:
    sha256, _ = blobs.put_bytes(b"secret")
    path = blobs.path(sha256)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(blobs.root.stat().st_mode) == 0o700
    files = [found for found in blobs.root.rglob("*") if found.is_file()]
    assert files == [path]


@pytest.mark.parametrize("content", [b"", b"cut", b"sizE of it"])
def test_a_corrupt_blob_is_found_named_not_served_and_replaced(
    blobs: BlobStore, content: bytes
) -> None:
    good, _ = blobs.put_bytes(b"fine")
    sha256, _ = blobs.put_bytes(b"size of it")
    damage(blobs, sha256, content)
    with pytest.raises(BlobCorrupt, match=sha256) as caught:
        blobs.read(sha256)
    assert caught.value.where == str(blobs.path(sha256))
    with pytest.raises(BlobCorrupt, match=sha256):
        blobs.copy_to(sha256, io.BytesIO())
    assert blobs.verify_all() == [sha256]
    blobs.put_bytes(b"size of it")
    assert blobs.read(sha256) == b"size of it"
    assert blobs.verify_all() == []
    assert blobs.read(good) == b"fine"


def test_a_large_corrupt_blob_is_replaced(blobs: BlobStore) -> None:
    sha256, _ = blobs.put_bytes(LARGE)
    damage(blobs, sha256, LARGE[:-1] + b"?")
    assert blobs.put(io.BytesIO(LARGE))[0] == sha256
    assert blobs.read(sha256) == LARGE


def test_a_missing_blob_is_named(blobs: BlobStore) -> None:
    with pytest.raises(BlobCorrupt, match=f"{sha(b'')} is missing"):
        blobs.read(sha(b""))


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "ab", "A" * 64, sha(b"")[:-1] + "\n"])
def test_only_a_digest_is_a_name(blobs: BlobStore, name: str) -> None:
    with pytest.raises(StorageError, match="not a sha256"):
        blobs.read(name)


def test_only_what_nothing_needs_and_is_old_is_removed(blobs: BlobStore) -> None:
    pinned, old, young = (blobs.put_bytes(data)[0] for data in (b"pinned", b"old one", b"young"))
    left_over = blobs.root / "incoming" / "tmp-of-a-killed-put"
    left_over.write_bytes(b"half")
    for path in (blobs.path(pinned), blobs.path(old), left_over):
        age(path, 7200)
    removed = blobs.remove_unreferenced([pinned])
    assert (removed.count, removed.size) == (1, len(b"old one"))
    assert [blobs.has(each) for each in (pinned, old, young)] == [True, False, True]
    assert not left_over.exists()
    assert blobs.remove_unreferenced([pinned], grace=-1).count == 1
    assert not blobs.has(young)


def test_a_blob_put_again_counts_as_young(blobs: BlobStore) -> None:
    sha256, _ = blobs.put_bytes(b"again")
    age(blobs.path(sha256), 7200)
    blobs.put_bytes(b"again")
    assert blobs.remove_unreferenced([]).count == 0
    assert blobs.has(sha256)


def test_a_clean_up_never_takes_what_is_put_at_that_moment(blobs: BlobStore) -> None:
    """Each put must leave its blob, though a clean-up removes old ones all the time."""
    names = [blobs.put_bytes(str(n).encode())[0] for n in range(20)]
    stop = threading.Event()
    lost: list[str] = []

    def clean() -> None:
        while not stop.is_set():
            blobs.remove_unreferenced([])

    with ThreadPoolExecutor(1) as pool:
        cleaning = pool.submit(clean)
        try:
            for turn in range(400):
                number = turn % 20
                path = blobs.path(names[number])
                if path.exists():
                    age(path, 7200)
                blobs.put_bytes(str(number).encode())
                if not settled(path):
                    lost.append(path.name)
        finally:
            stop.set()
        cleaning.result(30)
    assert lost == []


def settled(path: Path) -> bool:
    """Whether it is there, or comes back at once: it may just be looked at by the clean-up."""
    for _ in range(100):
        if path.exists():
            return True
        time.sleep(0.005)
    return False


def test_many_put_the_same_at_once(blobs: BlobStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = set(pool.map(lambda _: blobs.put_bytes(LARGE), range(32)))
    assert results == {(sha(LARGE), len(LARGE))}
    assert blobs.read(sha(LARGE)) == LARGE


def test_a_file_that_changes_between_the_passes_never_makes_a_wrong_blob(blobs: BlobStore) -> None:
    class Changing(io.BytesIO):
        def seek(self, offset: int, whence: int = 0, /) -> int:
            place = super().seek(offset, whence)
            self.write(b"other")
            return super().seek(place)

    sha256, size = blobs.put(Changing(LARGE))
    assert sha256 == sha(b"other" + LARGE[5:])
    assert size == len(LARGE)
    assert blobs.verify_all() == []
    assert not blobs.has(sha(LARGE))


def test_an_unreadable_source_leaves_nothing(blobs: BlobStore) -> None:
    class Broken(io.BytesIO):
        def seek(self, offset: int, whence: int = 0, /) -> int:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        blobs.put(Broken(LARGE))
    assert [found for found in blobs.root.rglob("*") if found.is_file()] == []


def test_a_place_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="Not a directory"):
        BlobStore(tmp_path / "file" / "blobs")

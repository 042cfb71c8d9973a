"""Whatever happens: the old tree, or the new one, and nothing left lying about."""

import hashlib
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from multiprocessing.context import ForkServerContext
from pathlib import Path

import psutil
import pytest

from integration.write import writers
from integration.write.conftest import Mount
from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.errors import Conflict, StorageError, StorageFull
from pierhead.write.folder import FolderWriter
from pierhead.write.lay import lay_files
from pierhead.write.project import write_project
from pierhead.write.stage import tidy
from pierhead.write.tree import lay_tree

pytestmark = pytest.mark.real


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def zeros(count: int, size: int) -> Manifest:
    digest = hashlib.sha256(bytes(size)).hexdigest()
    return Manifest.of(FileEntry(f"d{i % 9}/f{i}", 0o644, digest, size) for i in range(count))


def filling(disk: Path, at: str) -> Callable[[FileEntry], BytesIO]:
    """Reads zeros; when it comes to one file, someone else fills the disk."""

    def read(file: FileEntry) -> BytesIO:
        if file.path == at:
            with (disk / "someone-else").open("wb", buffering=0) as other:
                try:
                    while other.write(bytes(4096)):
                        pass
                except OSError:
                    pass
        return BytesIO(bytes(file.size))

    return read


def test_disk_full_half_way(mount: Mount) -> None:
    disk = mount()
    with pytest.raises(StorageFull, match=r"p/d4/f\d+: no space left") as caught:
        lay_tree(zeros(400, 8192), filling(disk, "d4/f4"), disk / "p")
    assert "free some space" in caught.value.hint
    assert names(disk) == ["someone-else"]


def test_disk_full_half_way_keeps_the_old_tree(mount: Mount) -> None:
    disk = mount()
    write_project({"old": "here", "d1/f1": "old"}, to=disk / "p", check=False)
    with pytest.raises(StorageFull):
        lay_files(zeros(400, 8192), filling(disk, "d4/f4"), disk / "p", on_conflict="overwrite")
    assert names(disk) == ["p", "someone-else"]
    assert (disk / "p/d1/f1").read_text() == "old"
    assert names(disk / "p") == ["d1", "old"]


def test_too_large_for_the_disk_is_known_before(mount: Mount) -> None:
    disk = mount()

    def never(file: FileEntry) -> BytesIO:
        raise AssertionError(f"{file.path} was read")

    with pytest.raises(StorageFull, match=r"needs [\d,]+ bytes and [\d,]+ are free"):
        lay_tree(zeros(1000, 8192), never, disk / "p")
    few = mount("size=8m,nr_inodes=60")
    with pytest.raises(StorageFull, match="needs 100 files and the file system has room for"):
        lay_tree(zeros(100, 1), never, few / "p")
    assert names(disk) == names(few) == []


def test_a_read_only_file_system(mount: Mount) -> None:
    disk = mount()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(StorageError, match="read-only file system"):
        write_project({"a": "x"}, to=disk / "p")


@pytest.mark.parametrize(("mode", "inner"), [(0o755, "p"), (0o755, "new/p"), (0o700, "p")])
def test_a_folder_of_someone_else(
    processes: ForkServerContext, mount: Mount, mode: int, inner: str
) -> None:
    mount()  # proves that we are root, so that we can become nobody
    with tempfile.TemporaryDirectory(prefix="pierhead-test-") as folder:
        closed = Path(folder)
        closed.chmod(mode)
        root = closed / inner
        ours, theirs = processes.Pipe()
        child = processes.Process(target=writers.as_nobody, args=(root, theirs))
        child.start()
        assert ours.poll(30), "no answer"
        kind, message, hint = ours.recv()
        child.join()
        assert (kind, "permission denied" in message) == ("StorageError", True), message
        assert "belongs to someone else" in hint
        assert names(closed) == []


@pytest.mark.parametrize("exchange", [True, False], ids=["exchange", "journal"])
def test_kill_9_at_50_moments(tmp_path: Path, processes: ForkServerContext, exchange: bool) -> None:
    root = tmp_path / "here" / "p"
    root.parent.mkdir()
    started = time.monotonic()
    child = processes.Process(target=writers.write_version, args=(root, "first", exchange))
    child.start()
    child.join()
    whole = time.monotonic() - started
    live = writers.version_of(root)
    seed = random.randrange(1 << 32)
    moments = random.Random(seed)
    new, cut_short = 0, 0
    for number in range(50):
        child = processes.Process(target=writers.write_version, args=(root, f"v{number}", exchange))
        child.start()
        time.sleep(moments.uniform(0, whole))
        child.kill()
        child.join()
        cut_short += len(names(root.parent)) > 1
        if not exchange:
            # Between its two renames there is a moment without a tree; whoever comes next ends it.
            handle = os.open(root.parent, os.O_RDONLY)
            tidy(handle)
            os.close(handle)
        found = writers.version_of(root)
        assert found in {live, f"v{number}"}, f"seed {seed}"
        new += found != live
        live = found
    assert cut_short, f"no kill hit a write under way (seed {seed})"
    writers.write_version(root, "last")
    assert writers.version_of(root) == "last"
    assert names(root.parent) == ["p"]


def test_kill_9_of_a_first_write_leaves_nothing_to_be_seen(
    tmp_path: Path, processes: ForkServerContext
) -> None:
    (tmp_path / "here").mkdir()
    for number in range(50):
        root = tmp_path / "here" / f"p{number}"
        child = processes.Process(target=writers.write_version, args=(root, "x"))
        child.start()
        time.sleep(random.uniform(0, 0.05))
        child.kill()
        child.join()
        if root.exists():
            assert writers.version_of(root) == "x"
    writers.write_version(tmp_path / "here" / "last", "x")
    assert not [name for name in names(tmp_path / "here") if name.startswith(".")]


@pytest.mark.parametrize("there", [True, False])
def test_two_writers_to_one_destination(
    tmp_path: Path, processes: ForkServerContext, there: bool
) -> None:
    outcomes: list[str] = []
    for number in range(8):
        root = tmp_path / "here" / f"p{number}"
        if there:
            writers.write_version(root, "old")
        start = processes.Barrier(2)
        pipes = [processes.Pipe() for _ in range(2)]
        children = [
            processes.Process(target=writers.race, args=(root, version, start, pipe[1]))
            for version, pipe in zip("ab", pipes, strict=True)
        ]
        for child in children:
            child.start()
        results = [pipe[0].recv() for pipe in pipes]
        for child in children:
            child.join()
        assert "written" in results
        winners = [v for v, result in zip("ab", results, strict=True) if result == "written"]
        assert writers.version_of(root) in winners
        outcomes += results
        assert not [name for name in names(root.parent) if name.startswith(".")]
    assert "refused" in outcomes


def test_a_destination_on_another_file_system(mount: Mount, tmp_path: Path) -> None:
    disk = mount()
    writers.write_version(disk / "p", "one")
    writers.write_version(disk / "p", "two")
    assert writers.version_of(disk / "p") == "two"
    assert names(disk) == ["p"]


def test_a_volume_mounted_in_the_destination_is_never_emptied(mount: Mount, tmp_path: Path) -> None:
    root = tmp_path / "p q"
    write_project({"a": "old", "data/x": "x"}, to=root, check=False)
    volume = mount(at=root / "data")
    (volume / "rows").write_text("precious")
    for remove in (True, False):
        with pytest.raises(Conflict, match="is a mount point"):
            write_project({"a": "new"}, to=root, on_conflict="overwrite", remove_others=remove)
    with pytest.raises(Conflict, match="is a mount point"):
        write_project({"a": "new"}, to=volume, on_conflict="overwrite")
    assert (volume / "rows").read_text() == "precious"
    assert (root / "a").read_text() == "old"


def test_a_hundred_thousand_files(mount: Mount) -> None:
    disk = mount("size=1g,nr_inodes=300000")
    digest = hashlib.sha256(b"x").hexdigest()
    rows = (FileEntry(f"d{i % 1000}/f{i} 🚢", 0o644, digest, 1) for i in range(100_000))
    lay_tree(Manifest.of(rows), lambda _: BytesIO(b"x"), disk / "p")
    assert sum(len(files) for _, _, files in os.walk(disk / "p")) == 100_000
    files = {f"d{i % 100}/f{i}": "x" for i in range(10_000)}
    report = write_project(files, to=disk / "q", check=False)
    assert (report.files, report.directories) == (10_000, 100)


@pytest.mark.parametrize(("work", "mebibytes"), [("lay_large", 1024), ("write_large_archive", 256)])
def test_memory_is_flat(
    mount: Mount, tmp_path: Path, processes: ForkServerContext, work: str, mebibytes: int
) -> None:
    """1 GiB as one file: memory grows by a few buffers, not with the file."""
    roomy = psutil.virtual_memory().available > 4 << 30
    place = mount("size=2200m") if roomy else tmp_path
    ours, theirs = processes.Pipe()
    target = getattr(writers, work)
    child = processes.Process(target=target, args=(place / "p", mebibytes, theirs))
    child.start()
    assert ours.poll(120), "no answer"
    grown = ours.recv()
    child.join()
    assert (place / "p" / "large.bin").stat().st_size == mebibytes << 20
    assert grown < 24, f"grew by {grown} MiB"


def test_what_cannot_be_linked_is_copied_with_all_it_has(mount: Mount, tmp_path: Path) -> None:
    elsewhere = mount()
    (elsewhere / "data").write_text("rows")
    (elsewhere / "data").chmod(0o640)
    os.utime(elsewhere / "data", ns=(1, 2_000_000_000))
    (elsewhere / "link").symlink_to("data")
    os.mkfifo(elsewhere / "pipe")
    (tmp_path / "new").mkdir()
    source, target = os.open(elsewhere, os.O_RDONLY), os.open(tmp_path / "new", os.O_RDONLY)
    with FolderWriter(target) as writer:
        writer.adopt("in/data", source, "data")
        writer.adopt("in/link", source, "link")
        with pytest.raises(OSError, match="neither a file"):
            writer.adopt("in/pipe", source, "pipe")
    os.close(source)
    os.close(target)
    copied = (tmp_path / "new/in/data").stat()
    assert (copied.st_mode & 0o777, copied.st_mtime_ns) == (0o640, 2_000_000_000)
    assert (tmp_path / "new/in/link").read_text() == "rows"

"""A tree is laid whole and exact, or not at all."""

import hashlib
import os
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest

from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.errors import BlobCorrupt, Conflict, StorageError, UnsafePath
from pierhead.write.handles import PREFIX, lock_new, try_lock
from pierhead.write.stage import open_stage
from pierhead.write.tree import lay_tree


def entry(path: str, content: bytes, mode: int = 0o644) -> FileEntry:
    return FileEntry(path, mode, hashlib.sha256(content).hexdigest(), len(content))


CONTENT = {
    "app/main.py": b"print('hi')\n",
    "app/deep/er/x.bin": bytes(range(256)),
    "app-2/run.sh": b"#!/bin/sh\r\n",
    "empty": b"",
    "sp ace/🚢.md": "schön".encode(),
    "new\nline": b"x",
}


def tree() -> Manifest:
    files = [entry(p, c, 0o755 if p.endswith(".sh") else 0o644) for p, c in CONTENT.items()]
    return Manifest.of([*files, FileEntry("start", 0o777, "0" * 64, 3, "app/main.py")])


def read(file: FileEntry) -> BinaryIO:
    return BytesIO(CONTENT[file.path])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def open_handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("durable", [True, False])
def test_every_byte_and_mode_is_as_the_manifest_says(tmp_path: Path, durable: bool) -> None:
    old = os.umask(0o077)
    try:
        lay_tree(tree(), read, tmp_path / "new" / "release", durable=durable)
    finally:
        os.umask(old)
    root = tmp_path / "new" / "release"
    for path, content in CONTENT.items():
        assert (root / path).read_bytes() == content
        assert (root / path).stat().st_mode & 0o7777 == (0o755 if path.endswith(".sh") else 0o644)
    assert (root / "start").readlink() == Path("app/main.py")
    for folder in (root, root / "app", root / "app/deep/er"):
        assert folder.stat().st_mode & 0o7777 == 0o755
    assert names(tmp_path / "new") == ["release"]


def test_an_existing_destination_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(Conflict, match="exists already"):
        lay_tree(tree(), read, tmp_path / "there")
    (tmp_path / "gone").symlink_to("nowhere")
    with pytest.raises(Conflict):
        lay_tree(tree(), read, tmp_path / "gone")
    assert names(tmp_path) == ["gone", "there"]
    assert names(tmp_path / "there") == []


def test_a_destination_made_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with open_stage(tmp_path / "late") as stage:
        (tmp_path / "late").mkdir()
        with pytest.raises(Conflict):
            stage.publish()
    assert names(tmp_path) == ["late"]


def test_wrong_content_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BlobCorrupt, match="empty was read with 1 bytes"):
        lay_tree(tree(), lambda f: BytesIO(CONTENT[f.path] or b"!"), tmp_path / "x")
    assert names(tmp_path) == []


def test_a_failing_source_leaves_nothing_and_is_named(tmp_path: Path) -> None:
    def fail(file: FileEntry) -> BinaryIO:
        raise OSError(5, "Input/output error")

    with pytest.raises(StorageError, match=r"x/app-2/run.sh: input/output error"):
        lay_tree(tree(), fail, tmp_path / "x")
    assert names(tmp_path) == []


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../b"])
def test_an_unsafe_manifest_writes_nothing(tmp_path: Path, path: str) -> None:
    with pytest.raises(UnsafePath):
        lay_tree(Manifest.of([entry(path, b"x")]), read, tmp_path / "in" / "x")
    assert names(tmp_path) == []


def test_a_link_out_of_the_tree_is_refused(tmp_path: Path) -> None:
    link = FileEntry("a/l", 0o777, "0" * 64, 9, "../../etc")
    with pytest.raises(UnsafePath, match="leads out"):
        lay_tree(Manifest.of([link]), read, tmp_path / "x")


def test_what_a_dead_writer_left_is_removed_and_a_live_stage_is_not(tmp_path: Path) -> None:
    dead = tmp_path / f"{PREFIX}dead"
    (dead / "sub").mkdir(parents=True)
    (dead / "sub" / "half").write_text("x")
    with open_stage(tmp_path / "one") as live:
        lay_tree(tree(), read, tmp_path / "two")
        assert names(tmp_path) == [live.name, "two"]
    assert names(tmp_path) == ["two"]


def test_no_handle_is_left_open(tmp_path: Path) -> None:
    before = open_handles()
    lay_tree(tree(), read, tmp_path / "x")
    with pytest.raises(Conflict):
        lay_tree(tree(), read, tmp_path / "x")
    with pytest.raises(BlobCorrupt):
        lay_tree(tree(), lambda _: BytesIO(b"other"), tmp_path / "y")
    assert open_handles() == before


def test_where_nothing_can_be_locked_the_answer_is_the_cautious_one(tmp_path: Path) -> None:
    """A handle of a mere path refuses flock as NFS does for folders: EBADF."""
    parent, folder = os.open(tmp_path, os.O_RDONLY), os.open(tmp_path, os.O_PATH)
    (tmp_path / "x").mkdir()
    inner = os.open(tmp_path / "x", os.O_PATH)
    assert not try_lock(folder, unsure=False)
    assert try_lock(folder, unsure=True)
    assert lock_new(parent, "x", inner)
    for handle in (parent, folder, inner):
        os.close(handle)

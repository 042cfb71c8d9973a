from __future__ import annotations

import os
import pwd
import socket
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.errors import SourceError, StorageFull
from pierhead.source.folder import digest, read_folder
from pierhead.store.blobs import BlobStore

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def read(root: Path, most: int = 1000) -> Manifest:
    return read_folder(root, digest, max_files=most)


def refused(root: Path, most: int = 1000) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(root, most)
    return caught.value


@pytest.fixture
def app(tmp_path: Path) -> Path:
    root = tmp_path / "app"
    (root / "sub").mkdir(parents=True)
    (root / "a.py").write_text("print()\n")
    (root / "sub" / "empty").write_text("")
    return root


def test_rows_are_sorted_with_modes_made_equal(app: Path) -> None:
    (app / "a.py").chmod(0o600)
    (app / "run").write_text("#!/bin/sh\n")
    (app / "run").chmod(0o770)
    (app / "sub" / "empty").chmod(0o666)
    (app / "é x").write_text("")
    found = read(app)
    assert [(f.path, f.mode, f.size) for f in found.files] == [
        ("a.py", 0o644, 8),
        ("run", 0o755, 10),
        ("sub/empty", 0o644, 0),
        ("é x", 0o644, 0),
    ]
    assert found.by_path["sub/empty"].sha256 == EMPTY


def test_the_same_content_is_the_same_release(app: Path, tmp_path: Path) -> None:
    first = read(app).digest
    os.utime(app / "a.py", (1, 1))
    (app / "node_modules").mkdir()
    assert read(app).digest == first
    assert read(Path(os.path.relpath(app))).digest == first
    (tmp_path / "link").symlink_to(app)
    assert read(tmp_path / "link").digest == first
    (app / "a.py").chmod(0o755)
    assert read(app).digest != first


def test_content_reaches_the_blob_store(app: Path, tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path / "blobs")
    (app / "large").write_bytes(os.urandom(3 << 20))
    seen: list[int] = []
    found = read_folder(app, blobs.put, max_files=10, progress=seen.append)
    assert found == read(app)
    for entry in found.files:
        assert blobs.read(entry.sha256) == (app / entry.path).read_bytes()
    assert seen == [3]


def test_links_inside_are_kept_as_written(app: Path) -> None:
    targets = {"up": "./sub/../a.py", "sub/out": "../a.py", "folder": "sub", "later": "not/yet"}
    for name, target in targets.items():
        (app / name).symlink_to(target)
    found = read(app).by_path
    assert {name: found[name].link for name in targets} == targets
    assert found["folder"] == FileEntry("folder", 0o777, found["folder"].sha256, 3, "sub")
    assert "folder/empty" not in found


@pytest.mark.parametrize(
    "target",
    [
        "/etc/passwd",
        "../secret",
        "../missing",
        "sub/../../secret",
        "..",
        "/",
        "folder/../../secret",
    ],
)
def test_a_link_that_leaves_the_folder_is_refused(app: Path, tmp_path: Path, target: str) -> None:
    (tmp_path / "secret").write_text("s")
    (app / "folder").symlink_to("sub")
    (app / "sub" / "inner").mkdir()
    (app / "bad").symlink_to(target)
    error = refused(app)
    assert target in error.message
    assert error.where == str(app / "bad")
    assert ".pierheadignore" in error.hint
    (app / ".pierheadignore").write_text("bad\n")
    assert "bad" not in read(app).by_path


def test_a_link_that_leaves_by_way_of_another_link(app: Path, tmp_path: Path) -> None:
    """`deep` is two levels down, so `deep/../..` looks inside and leads outside."""
    (app / "x" / "y").mkdir(parents=True)
    (app / "x" / "y" / "top").symlink_to("../..")
    (app / "x" / "y" / "sly").symlink_to("top/../app/a.py")
    assert refused(app).where == str(app / "x" / "y" / "sly")


def test_a_link_to_itself_harms_nothing(app: Path) -> None:
    (app / "loop").symlink_to("loop")
    (app / "sub" / "parent").symlink_to("..")
    assert read(app).by_path["loop"].link == "loop"


def test_sockets_pipes_and_devices_are_refused(app: Path) -> None:
    os.mkfifo(app / "pipe")
    error = refused(app)
    assert "a pipe" in error.message
    assert error.where == str(app / "pipe")
    (app / "pipe").unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(app)  # a socket's path may have 107 bytes
        try:
            listener.bind("s")
        finally:
            os.chdir(here)
    assert refused(app).where == str(app / "s")
    (app / ".gitignore").write_text("s\n")
    read(app)


def test_what_is_no_folder(tmp_path: Path) -> None:
    assert "no such folder" in refused(tmp_path / "missing").message
    (tmp_path / "file").write_text("")
    assert "not a folder" in refused(tmp_path / "file").message


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "only" / "folders").mkdir(parents=True)
    assert "no files" in refused(tmp_path).message
    (tmp_path / ".gitignore").write_text("*\n")
    assert "left out" in refused(tmp_path).message


def test_a_name_that_is_not_utf8(app: Path) -> None:
    with open(os.fsencode(app / "sub") + b"/caf\xe9", "wb"):  # noqa: PTH123
        pass
    error = refused(app)
    assert r"caf\xe9" in error.message
    assert error.where == str(app / "sub")
    str(error.to_document()).encode()


def test_a_link_target_that_is_not_utf8(app: Path) -> None:
    (app / "bad").symlink_to(os.fsdecode(b"caf\xe9"))
    assert r"caf\xe9" in refused(app).message


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that every user may read, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        yield place


@contextmanager
def not_root() -> Iterator[None]:
    """For root no mode counts, so become somebody else for a while."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.parametrize("name", ["a.py", "sub", ".gitignore", ""])
def test_what_cannot_be_read_is_named(open_place: Path, name: str) -> None:
    root = open_place / "app"
    (root / "sub").mkdir(parents=True)
    for file in ("a.py", "sub/x", ".gitignore"):
        (root / file).touch()
    (root / name).chmod(0)
    try:
        with not_root():
            error = refused(root)
    finally:
        (root / name).chmod(0o755)
    assert error.where == str(root / name)
    assert "Permission denied" in error.message


def test_a_file_that_changes_once_is_read_again(app: Path) -> None:
    turns = 0

    def put(file: BinaryIO) -> tuple[str, int]:
        nonlocal turns
        result = digest(file)
        if (turns := turns + 1) == 1:
            (app / "a.py").write_text("print(1)\n")
        return result

    (app / "sub" / "empty").unlink()
    found = read_folder(app, put, max_files=9)
    assert found == read(app)
    assert turns == 2


def test_a_file_that_keeps_changing_is_refused(app: Path) -> None:
    stop = threading.Event()
    (app / "busy.log").touch()

    def write() -> None:
        with (app / "busy.log").open("ab", buffering=0) as file:
            while not stop.is_set():
                file.write(b"line\n")

    def slow(file: BinaryIO) -> tuple[str, int]:
        time.sleep(0.02)
        return digest(file)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(SourceError, match="3 times") as caught:
            read_folder(app, slow, max_files=9)
    finally:
        stop.set()
        writer.join()
    assert caught.value.where == str(app / "busy.log")
    assert ".pierheadignore" in caught.value.hint


def test_a_file_of_the_same_size_written_meanwhile_is_seen(app: Path) -> None:
    def put(file: BinaryIO) -> tuple[str, int]:
        result = digest(file)
        place = Path(f"/proc/self/fd/{file.fileno()}").readlink()
        place.write_text("x" * result[1])
        return result

    with pytest.raises(SourceError, match="changed"):
        read_folder(app, put, max_files=9)


@pytest.mark.parametrize("becomes", ["gone", "link", "pipe", "linked folder"])
def test_what_takes_a_files_place_is_never_read(app: Path, tmp_path: Path, becomes: str) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "empty").write_text("secret")
    (app / "0").write_text("read first")

    def put(file: BinaryIO) -> tuple[str, int]:
        data = file.read()
        assert data != b"secret"
        place = app / "sub" / "empty"
        if data == b"read first":
            place.unlink()
            if becomes == "link":
                place.symlink_to(tmp_path / "outside" / "empty")
            elif becomes == "pipe":
                os.mkfifo(place)
            elif becomes == "linked folder":
                (app / "sub").rmdir()
                (app / "sub").symlink_to(tmp_path / "outside")
        return digest(file)[0], len(data)

    with pytest.raises(SourceError) as caught:
        read_folder(app, put, max_files=9)
    assert caught.value.where == str(app / "sub" / "empty")


def test_errors_of_the_store_pass(app: Path) -> None:
    def full(_file: BinaryIO) -> tuple[str, int]:
        raise StorageFull("full")

    with pytest.raises(StorageFull):
        read_folder(app, full, max_files=9)


def test_exactly_as_many_as_allowed(app: Path) -> None:
    assert len(read(app, 2).files) == 2
    refused(app, 1)


def test_too_many_are_refused_soon_with_the_folders_that_hold_them(tmp_path: Path) -> None:
    for name, count in (("data", 60), ("src", 20), ("few", 1)):
        for number in range(count):
            place = tmp_path / name / str(number % 7) / f"{number}.txt"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
    error = refused(tmp_path, 30)
    assert "more than 30 files" in error.message
    assert "data/ (60)" in error.message
    assert error.message.index("data/") < error.message.index("src/")
    assert "such as data/" in error.hint
    assert "PIERHEAD_MAX_FILES" in error.hint
    (tmp_path / ".pierheadignore").write_text("data/\n")
    assert len(read(tmp_path, 30).files) == 22


def test_two_hundred_thousand_files_are_refused_in_little_time_and_memory(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    fd = os.open(folder, os.O_RDONLY)
    os.close(os.open("0", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
    for number in range(1, 30_000):  # names of one file: quick to make, the same to walk
        os.link("0", str(number), src_dir_fd=fd, dst_dir_fd=fd)
    os.close(fd)
    tracemalloc.start()
    start = time.perf_counter()
    error = refused(tmp_path, 100)
    seconds = time.perf_counter() - start
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.details["largest"]["cache"] > 100
    assert seconds < 5
    assert peak < 2 << 20


def test_files_deep_down(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 400)
    deep.mkdir(parents=True)
    (deep / "x").write_text("")
    assert read(tmp_path).files[0].path == "d/" * 400 + "x"

"""What the processes of the fault tests do; importable, so that they can be started."""

import hashlib
import io
import os
import resource
import tarfile
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import BinaryIO

import pierhead.write.stage
from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.errors import Conflict, PierheadError
from pierhead.write.formats.choose import read_bundle
from pierhead.write.lay import lay_files
from pierhead.write.project import WriteOptions, write_bundle, write_project
from pierhead.write.swap import swap
from pierhead.write.tree import lay_tree

FILES = 300
ZEROS = bytes(1 << 20)


def tree_of(version: str) -> dict[str, str]:
    """A tree of which every file tells its version."""
    return {f"d{i % 17}/e{i % 3}/f{i}.txt": version for i in range(FILES)}


def version_of(root: Path) -> str:
    """The one version of a tree on disk; fails for a mixture, or a tree that is not whole."""
    found = {str(path.relative_to(root)): path.read_text() for path in root.rglob("*.txt")}
    assert found.keys() == tree_of("").keys(), f"{len(found)} of {FILES} files"
    versions = set(found.values())
    assert len(versions) == 1, f"a mixture of {versions}"
    return versions.pop()


def cannot_exchange(*_: object) -> bool:
    return False


def write_version(root: Path, version: str, exchange: bool = True) -> None:
    if not exchange:
        # Only ever in a process of its own.
        vars(pierhead.write.stage)["swap"] = partial(swap, exchange=cannot_exchange)
    write_project(
        tree_of(version), to=root, on_conflict="overwrite", remove_others=True, check=False
    )


def race(root: Path, version: str, start: Barrier, result: Connection) -> None:
    start.wait()
    try:
        write_version(root, version)
        result.send("written")
    except Conflict:
        result.send("refused")


def as_nobody(root: Path, result: Connection) -> None:
    os.setuid(65534)
    try:
        write_project({"a": "x"}, to=root, check=False)
    except PierheadError as error:
        result.send((type(error).__name__, error.message, error.hint))
    else:
        result.send(("written", "", ""))


class Zeros(io.RawIOBase):
    """So many zero bytes, made as they are read."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        count = min(len(buffer), self.left, len(ZEROS))
        buffer[:count] = ZEROS[:count]
        self.left -= count
        return count


def zeros_entry(path: str, mebibytes: int) -> FileEntry:
    digest = hashlib.sha256()
    for _ in range(mebibytes):
        digest.update(ZEROS)
    return FileEntry(path, 0o644, digest.hexdigest(), mebibytes << 20)


def peak() -> int:
    """The most memory this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def lay_large(root: Path, mebibytes: int, result: Connection) -> None:
    manifest = Manifest.of([zeros_entry("large.bin", mebibytes), zeros_entry("small.bin", 1)])
    before = peak()

    def read(file: FileEntry) -> BinaryIO:
        return Zeros(file.size)  # type: ignore[return-value]

    lay_tree(manifest, read, root)
    lay_files(manifest, read, root.with_name("again"), durable=False)
    result.send(peak() - before)


class Tar(io.RawIOBase):
    """A tar archive with one large file, made as it is read."""

    def __init__(self, mebibytes: int) -> None:
        super().__init__()
        info = tarfile.TarInfo("large.bin")
        info.size = mebibytes << 20
        self.parts: Iterator[BinaryIO] = iter(
            (BytesIO(info.tobuf()), Zeros(info.size), BytesIO(bytes(1024)))  # type: ignore[arg-type]
        )
        self.part = next(self.parts)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not (found := self.part.read(len(buffer))):
            part = next(self.parts, None)
            if part is None:
                return 0
            self.part = part
        buffer[: len(found)] = found
        return len(found)


def write_large_archive(root: Path, mebibytes: int, result: Connection) -> None:
    before = peak()
    options = WriteOptions(to=root, check=False)
    write_bundle(lambda: read_bundle(Tar(mebibytes)), options)  # type: ignore[arg-type]
    result.send(peak() - before)

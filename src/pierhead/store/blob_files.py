"""What the blob store does with single files."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from pierhead.errors import StorageError, StorageFull

CHUNK = 1 << 20  # bytes read or written at a time


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """The rest of a file, piece by piece."""
    while chunk := file.read(CHUNK):
        yield chunk


def holds(path: Path, size: int, content: Iterable[bytes]) -> bool:
    """Whether a blob is there with this very content; a corrupt one is not, so it is replaced."""
    try:
        with path.open("rb", buffering=0) as file:
            if os.fstat(file.fileno()).st_size != size:
                return False
            return all(file.read(len(chunk)) == chunk for chunk in content)
    except OSError:
        return False


def write(
    incoming: Path, path_of: Callable[[str], Path], content: Iterable[bytes], *, durable: bool
) -> tuple[str, int]:
    """Write a blob aside and give it the name its content asks for; returns sha256 and size.

    Raises:
        StorageError: if it cannot be written; errors of the content itself pass.
    """
    checksum, size = hashlib.sha256(), 0
    with storage(incoming):
        fd, name = tempfile.mkstemp(dir=incoming)
    try:
        with os.fdopen(fd, "wb", buffering=0) as file:
            for chunk in content:
                checksum.update(chunk)
                size += len(chunk)
                with storage(incoming):
                    write_all(file, chunk)
            if durable:
                with storage(incoming):
                    os.fsync(file.fileno())
        with storage(path := path_of(checksum.hexdigest())):
            place(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108
        raise
    return checksum.hexdigest(), size


def write_all(file: io.RawIOBase, data: bytes) -> None:
    """Write all of it: a raw file may take less at a time, for one when the disk is nearly full."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def place(name: str, path: Path) -> None:
    """Give a finished file its final name, read-only."""
    os.chmod(name, 0o400)  # noqa: PTH101
    try:
        os.replace(name, path)  # noqa: PTH105
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        os.replace(name, path)  # noqa: PTH105


def remove_old(path: Path, incoming: Path, before: float) -> int | None:
    """Remove a blob not touched since; returns its size, or None if it stays.

    It is first renamed. A `put` at the same moment either finds no blob and writes it, or has
    touched this one, which is then given its name back.
    """
    try:
        if path.stat().st_mtime > before:
            return None
        aside = incoming / f"removing-{secrets.token_hex(8)}"
        path.rename(aside)
    except FileNotFoundError:
        return None
    status = aside.stat()
    if status.st_mtime > before:
        aside.rename(path)
        return None
    aside.unlink()
    return status.st_size


@contextmanager
def storage(place: Path, *passing: type[OSError]) -> Iterator[None]:
    """Turn errors of the operating system into ours, except those that may pass."""
    try:
        yield
    except passing:
        raise
    except OSError as error:
        raise failure(place, error) from error


def failure(place: Path, error: OSError) -> StorageError:
    """The error of ours that says it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(f"no space left for blobs ({error.strerror})", where=str(place))
    return StorageError(f"the blob store failed: {error.strerror}", where=str(place))

"""What the blob store does with single files."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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

"""Read back what was written, and compare."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from pierhead.domain.manifest import FileEntry
from pierhead.errors import StorageError
from pierhead.write.faults import working

_CHUNK = 1 << 20


def verify(root: int, files: Iterable[FileEntry], destination: Path) -> None:
    """Compare every file and link below an open folder with its row: size, sha256, mode.

    Raises:
        StorageError: naming the first that is different.
    """
    with working(destination) as work:
        for file in files:
            work.path = file.path
            if wrong := _difference(root, file):
                raise StorageError(
                    f"{file.path} was written, but reads back with {wrong}",
                    hint="check the disk (dmesg, SMART); nothing was changed",
                    where=str(destination / file.path),
                )


def _difference(root: int, file: FileEntry) -> str | None:
    if file.link is not None:
        found = os.readlink(file.path, dir_fd=root)
        return None if found == file.link else f"the target {found!a}"
    handle = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=root)
    try:
        status = os.fstat(handle)
        if status.st_size != file.size:
            return f"{status.st_size} bytes instead of {file.size}"
        if status.st_mode & 0o7777 != file.mode:
            return f"the mode {status.st_mode & 0o7777:o} instead of {file.mode:o}"
        return None if _digest(handle, file.size) == file.sha256 else "other content"
    finally:
        os.close(handle)


def _digest(handle: int, size: int) -> str:
    if size < _CHUNK:  # nearly all files: one call, not two
        return hashlib.sha256(os.read(handle, size)).hexdigest()
    digest = hashlib.sha256()
    while chunk := os.read(handle, _CHUNK):
        digest.update(chunk)
    return digest.hexdigest()

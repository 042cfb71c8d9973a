"""Reading a folder as the manifest of a release."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import BinaryIO

from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.errors import SourceError
from pierhead.source.beneath import Root
from pierhead.source.ignore import IGNORE_HINT
from pierhead.source.limit import walk_at_most
from pierhead.source.walk import Found

Put = Callable[[BinaryIO], tuple[str, int]]

_TRIES, _PAUSE = 3, 0.05  # an editor that saves is done within a few hundredths of a second
_EVERY = 100  # files between two reports of progress
_CHUNK = 1 << 20


def digest(file: BinaryIO) -> tuple[str, int]:
    """A `put` that keeps nothing: sha256 in hexadecimal digits, and the number of bytes."""
    checksum, size = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK):
        checksum.update(chunk)
        size += len(chunk)
    return checksum.hexdigest(), size


def read_folder(
    root: Path,
    put: Put,
    *,
    max_files: int,
    progress: Callable[[int], None] | None = None,
) -> Manifest:
    """Read a folder; blocking, so call it in a thread.

    Args:
        root: the folder.
        put: keeps the content of an open file and returns its sha256 and size, such as
            `BlobStore.put`; `digest` keeps nothing.
        max_files: how many files and links it may have; checked before any is read.
        progress: told now and then how many files have been read.

    Raises:
        SourceError: if it is not a folder, has no files or too many, or something in it cannot be
            read, keeps changing, or leads out of it.
        StorageError: from `put`.
    """
    found = walk_at_most(root, max_files)
    if not found:
        raise SourceError(
            "the folder holds no files, or all of them are left out",
            where=str(root),
            hint="check the path, and .gitignore, .dockerignore and .pierheadignore in it",
        )
    entries = []
    with Root(root) as top:
        for count, item in enumerate(found, 1):
            entries.append(_entry(top, item, put))
            if progress and (count % _EVERY == 0 or count == len(found)):
                progress(count)
    return Manifest.of(entries)


def _entry(top: Root, item: Found, put: Put) -> FileEntry:
    if item.link is not None:
        text = item.link.encode()
        checksum = hashlib.sha256(text).hexdigest()
        return FileEntry(item.path, 0o777, checksum, len(text), item.link)
    where = str(top.path / item.path)
    for attempt in range(_TRIES):
        try:
            entry = _read(top, item.path, put)
        except OSError as error:
            raise _unreadable(where, error) from error
        if entry is not None:
            return entry
        if attempt < _TRIES - 1:
            sleep(_PAUSE)
    raise SourceError(
        f"the file changed while it was read, {_TRIES} times in a row",
        where=where,
        hint=f"wait until nothing writes to it; if it is data or a log, {IGNORE_HINT}",
    )


def _read(top: Root, path: str, put: Put) -> FileEntry | None:
    """The row of a file, or None if it changed meanwhile."""
    with top.open(path) as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            return None
        checksum, size = put(file)
        after = os.fstat(file.fileno())
    if size != before.st_size or _stamp(before) != _stamp(after):
        return None
    mode = 0o755 if before.st_mode & stat.S_IXUSR else 0o644
    return FileEntry(path, mode, checksum, size)


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _unreadable(where: str, error: OSError) -> SourceError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
        return SourceError(
            "the file was moved or removed while the folder was read",
            where=where,
            hint="run the command again when nothing changes the folder",
        )
    return SourceError(
        f"the file cannot be read: {error.strerror}",
        where=where,
        hint=f"make it readable (chmod u+r), or {IGNORE_HINT}",
    )

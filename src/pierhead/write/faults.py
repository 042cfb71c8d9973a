"""What the operating system says, in our own words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pierhead.errors import StorageError, StorageFull

_HINTS = {
    errno.EACCES: "the folder belongs to someone else: choose another, or change its rights",
    errno.EPERM: "the folder belongs to someone else: choose another, or change its rights",
    errno.EROFS: "the file system is read-only: choose another destination",
    errno.EMFILE: "too many files are open: raise the limit (ulimit -n)",
}


def storage_error(error: OSError, place: Path | str, verb: str = "write") -> StorageError:
    """The error of ours for one of the operating system: names the path and the cause."""
    cause = (error.strerror or str(error)).lower()
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageFull(f"cannot {verb} {place}: {cause}")
    return StorageError(
        f"cannot {verb} {place}: {cause}",
        hint=_HINTS.get(error.errno or 0, "mend the cause, then write again; nothing was changed"),
    )


@contextmanager
def translated(place: Path | str, verb: str = "write") -> Iterator[None]:
    """Turn an OSError of the block into a StorageError that names the place."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, place, verb) from error


class Work:
    """Where a loop over many files is; set before each, read only if it fails."""

    path = ""


@contextmanager
def working(root: Path) -> Iterator[Work]:
    """As `translated`, for a loop: names `root` and the path that was set last."""
    work = Work()
    try:
        yield work
    except OSError as error:
        raise storage_error(error, root / work.path) from error

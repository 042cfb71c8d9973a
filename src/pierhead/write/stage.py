"""The stage: a folder beside the destination, seen by nobody until one rename shows it.

A stage is locked (flock on the folder itself) for as long as its writer lives, so what a killed
writer left can be told from what a live one is filling.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pierhead.errors import Conflict
from pierhead.write.faults import translated
from pierhead.write.kernel import rename_new

PREFIX = ".pierhead-stage-"
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class Stage:
    """A locked, empty folder beside a destination.

    Attributes:
        parent: open handle of the folder that holds the stage and the destination.
        handle: open handle of the stage; the tree is written below it.
        name: of the stage in `parent`.
        destination: the path the user knows, for messages.
    """

    def __init__(self, parent: int, handle: int, name: str, destination: Path) -> None:
        self.parent = parent
        self.handle = handle
        self.name = name
        self.destination = destination

    def publish(self) -> None:
        """Give the stage its real name, in one step.

        Raises:
            Conflict: if something has that name.
        """
        os.fchmod(self.handle, 0o755)
        try:
            rename_new(self.parent, self.name, self.destination.name)
        except FileExistsError:
            raise exists(self.destination) from None

    def remove(self) -> None:
        """Remove what has the stage's name; nothing if it was published."""
        remove_tree(self.parent, self.name)


def exists(destination: Path) -> Conflict:
    """The error for a destination that is there already."""
    return Conflict(
        f"{destination} exists already",
        hint="choose another destination, or say that it may be overwritten",
        where=str(destination),
    )


@contextmanager
def open_stage(destination: Path) -> Iterator[Stage]:
    """A new stage beside the destination; gone afterwards unless it was published.

    Stages whose writer was killed are removed first. The parent folder is made if need be.

    Raises:
        StorageError: if the parent folder cannot be written to.
    """
    with translated(destination.parent):
        destination.parent.mkdir(parents=True, exist_ok=True)
        # The user chose the parent, so links in it are followed; nothing below it ever is.
        parent = os.open(destination.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        remove_stale(parent)
        with translated(destination.parent):
            handle, name = _new_stage(parent)
        stage = Stage(parent, handle, name, destination)
        try:
            yield stage
        finally:
            stage.remove()
            os.close(handle)
    finally:
        os.close(parent)


def _new_stage(parent: int) -> tuple[int, str]:
    while True:
        name = PREFIX + secrets.token_hex(8)
        os.mkdir(name, 0o700, dir_fd=parent)
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(name, FOLDER, dir_fd=parent)
            # Someone cleaning up may have taken the lock first: then the name is gone by now.
            fcntl.flock(handle, fcntl.LOCK_EX)
            if is_named(parent, name, handle):
                return handle, name
            os.close(handle)


def is_named(parent: int, name: str, handle: int) -> bool:
    """Whether the open handle is what the name stands for now."""
    try:
        now = os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(now, os.fstat(handle))


def remove_stale(parent: int) -> None:
    """Remove the stages beside it that no living writer holds."""
    for name in os.listdir(parent):
        if not name.startswith(PREFIX):
            continue
        with contextlib.suppress(OSError):  # gone meanwhile, or not ours to remove
            handle = os.open(name, FOLDER, dir_fd=parent)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove_tree(parent, name)
            finally:
                os.close(handle)


def remove_tree(parent: int, name: str) -> None:
    """Remove a tree, following no link; what cannot be removed is left for the next writer."""
    shutil.rmtree(name, ignore_errors=True, dir_fd=parent)

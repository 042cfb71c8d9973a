"""The stage: a folder beside the destination, seen by nobody until one rename shows it.

A stage is locked (flock on the folder itself) for as long as its writer lives, so what a killed
writer left can be told from what a live one is filling.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pierhead.errors import Conflict
from pierhead.write.faults import translated
from pierhead.write.handles import FOLDER, PREFIX, lock_new, remove_stale, remove_tree
from pierhead.write.kernel import rename_new
from pierhead.write.swap import finish_swaps, swap


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
        """Give the stage its real name (mode 0755), in one step.

        Raises:
            Conflict: if something has that name.
        """
        os.fchmod(self.handle, 0o755)
        try:
            rename_new(self.parent, self.name, self.destination.name)
        except FileExistsError:
            raise exists(self.destination) from None

    def replace(self) -> None:
        """Put the stage in the place of the destination; the old tree is removed afterwards.

        Raises:
            OSError: nothing has changed then.
        """
        self.name = swap(self.parent, self.name, self.destination.name)

    def remove(self) -> None:
        """Remove what has the stage's name: a failed stage, or the tree that was replaced."""
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

    What killed writers left there is ended or removed first. The parent is made if need be.

    Raises:
        StorageError: if the parent folder cannot be written to.
    """
    with translated(destination.parent):
        destination.parent.mkdir(parents=True, exist_ok=True)
        # The user chose the parent, so links in it are followed; nothing below it ever is.
        parent = os.open(destination.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with translated(destination.parent):
            tidy(parent)
            handle, name = _new_stage(parent)
        stage = Stage(parent, handle, name, destination)
        try:
            yield stage
        finally:
            stage.remove()
            os.close(handle)
    finally:
        os.close(parent)


def tidy(parent: int) -> None:
    """End or remove what killed writers left in a folder (an open handle).

    Raises:
        OSError: if a swap cannot be ended.
    """
    finish_swaps(parent)
    remove_stale(parent)


def _new_stage(parent: int) -> tuple[int, str]:
    while True:
        name = PREFIX + secrets.token_hex(8)
        os.mkdir(name, 0o700, dir_fd=parent)
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(name, FOLDER, dir_fd=parent)
            if lock_new(parent, name, handle):
                return handle, name

"""Opening things below a folder without ever following a link out of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pierhead.errors import SourceError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: a pipe put in a file's place is opened at once and then refused, not waited for.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Root:
    """A folder held open; every path below it is opened part by part, links refused.

    The folder opened last stays open, because files are read folder by folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise SourceError("there is no such folder", where=str(path)) from None
        except NotADirectoryError:
            raise SourceError("this is not a folder", where=str(path)) from None
        except OSError as error:
            raise SourceError(
                f"the folder cannot be read: {error.strerror}", where=str(path)
            ) from error
        self._last: tuple[str, int] = ("", self._fd)

    def close(self) -> None:
        """Give back what is held open."""
        self._forget()
        os.close(self._fd)

    def __enter__(self) -> Root:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _forget(self) -> None:
        if self._last[1] != self._fd:
            os.close(self._last[1])
        self._last = ("", self._fd)

    def _open_folder(self, path: str) -> int:
        fd = os.dup(self._fd)
        for part in path.split("/") if path else ():
            try:
                child = os.open(part, _FOLDER, dir_fd=fd)
            finally:
                os.close(fd)
            fd = child
        return fd

    @contextmanager
    def folder(self, path: str) -> Iterator[int]:
        """The descriptor of a folder below; an empty path is the root itself.

        Raises:
            OSError: if it cannot be opened; ENOTDIR or ELOOP if a link is in the way.
        """
        fd = self._open_folder(path)
        try:
            yield fd
        finally:
            os.close(fd)

    def _parent(self, path: str) -> tuple[int, str]:
        folder, _, name = path.rpartition("/")
        if folder != self._last[0]:
            self._forget()
            self._last = (folder, self._open_folder(folder))
        return self._last[1], name

    def open(self, path: str) -> BinaryIO:
        """Open a file below, unbuffered.

        Raises:
            OSError: if it cannot be opened; ELOOP if it is a link.
        """
        parent, name = self._parent(path)
        return os.fdopen(os.open(name, _FILE, dir_fd=parent), "rb", buffering=0)

    def link(self, path: str) -> str:
        """The target of a symbolic link as it is written."""
        parent, name = self._parent(path)
        return os.readlink(name, dir_fd=parent)

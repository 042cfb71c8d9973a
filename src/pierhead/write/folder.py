"""Writing below an open folder, one handle a level, following no link: `openat` all the way."""

from __future__ import annotations

import hashlib
import os
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from pierhead.write.stage import FOLDER

_CHUNK = 1 << 20  # 1 MiB: hashing at full speed, memory flat
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


class Written(NamedTuple):
    """What was written to a file: its size in bytes and sha256 in hexadecimal."""

    size: int
    sha256: str


class FolderWriter:
    """Writes files and links below a folder, making folders (0755) as needed.

    Paths must have been checked. Handles of the last path's folders stay open, so that sorted
    paths cost one system call less each.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._open: list[tuple[str, int]] = []
        self.folders: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close_from(0)

    def write(self, path: str, mode: int, content: BinaryIO) -> Written:
        """Write a new file and close it; its mode does not depend on the umask.

        Raises:
            OSError: of any kind; the file may be there in part.
        """
        folder, name = self._folder_of(path)
        handle = os.open(name, _NEW, mode, dir_fd=folder)
        try:
            os.fchmod(handle, mode)
            return _copy(content, handle)
        finally:
            os.close(handle)

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link."""
        folder, name = self._folder_of(path)
        os.symlink(target, name, dir_fd=folder)

    def _folder_of(self, path: str) -> tuple[int, str]:
        *parts, name = path.split("/")
        same = 0
        for (known, _), part in zip(self._open, parts, strict=False):
            if known != part:
                break
            same += 1
        self._close_from(same)
        for depth in range(same, len(parts)):
            self._enter(parts[depth], "/".join(parts[: depth + 1]))
        return (self._open[-1][1] if self._open else self._root), name

    def _enter(self, part: str, path: str) -> None:
        above = self._open[-1][1] if self._open else self._root
        try:
            os.mkdir(part, 0o755, dir_fd=above)
            made = True
        except FileExistsError:
            made = False
        handle = os.open(part, FOLDER, dir_fd=above)
        self._open.append((part, handle))
        if made:
            os.fchmod(handle, 0o755)
            self.folders.append(path)

    def _close_from(self, depth: int) -> None:
        while len(self._open) > depth:
            os.close(self._open.pop()[1])


def _copy(content: BinaryIO, handle: int) -> Written:
    digest = hashlib.sha256()
    size = 0
    while chunk := content.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(handle, rest) :]
    return Written(size, digest.hexdigest())

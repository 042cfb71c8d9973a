"""Writing below an open folder, one handle a level, following no link: `openat` all the way."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from pierhead.write.handles import FOLDER

_CHUNK = 1 << 20  # 1 MiB: hashing at full speed, memory flat
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW

# A file system, or a rule of the kernel (fs.protected_hardlinks), that allows no second name.
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS}


class Written(NamedTuple):
    """What was written to a file: its size in bytes and sha256 in hexadecimal, if asked for."""

    size: int
    sha256: str | None


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

    def write(self, path: str, mode: int, content: BinaryIO, *, hashed: bool = True) -> Written:
        """Write a new file and close it; its mode does not depend on the umask.

        Args:
            path: relative.
            mode: permission bits.
            content: read to its end.
            hashed: compute the sha256 on the way.

        Raises:
            OSError: of any kind; the file may be there in part.
        """
        handle = self._new(path, mode)
        try:
            # Asked first: the change would dirty the inode once more, a tenth of the whole cost.
            if stat.S_IMODE(os.fstat(handle).st_mode) != mode:
                os.fchmod(handle, mode)
            return _copy(content, handle, hashed)
        finally:
            os.close(handle)

    def _new(self, path: str, mode: int) -> int:
        folder, name = self._folder_of(path)
        return os.open(name, _NEW, mode, dir_fd=folder)

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link."""
        folder, name = self._folder_of(path)
        os.symlink(target, name, dir_fd=folder)

    def folder(self, path: str) -> int:
        """Make a folder if it is not there; its handle, open until the next call."""
        self._folder_of(path + "/.")
        return self._open[-1][1]

    def adopt(self, path: str, folder: int, name: str) -> None:
        """Take a file or link of another folder (an open handle), best as a hard link.

        Raises:
            OSError: if it can neither be linked nor copied.
        """
        into, own = self._folder_of(path)
        try:
            os.link(name, own, src_dir_fd=folder, dst_dir_fd=into, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            self._copy_of(path, folder, name)

    def _copy_of(self, path: str, folder: int, name: str) -> None:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            self.link(path, os.readlink(name, dir_fd=folder))
            return
        # Not blocking: a named pipe without a writer would wait for ever.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as content:
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EOPNOTSUPP, "neither a file, a folder nor a link", path)
            handle = self._new(path, 0o600)
            try:
                _copy(content, handle, hashed=False)
                like(handle, status)
            finally:
                os.close(handle)

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


def like(handle: int, status: os.stat_result) -> None:
    """Give an open file or folder the mode, owner and times of another."""
    with contextlib.suppress(PermissionError):  # only root may give files away
        os.fchown(handle, status.st_uid, status.st_gid)
    os.fchmod(handle, stat.S_IMODE(status.st_mode))
    os.utime(handle, ns=(status.st_atime_ns, status.st_mtime_ns))


def _copy(content: BinaryIO, handle: int, hashed: bool) -> Written:
    digest = hashlib.sha256() if hashed else None
    size = 0
    while chunk := content.read(_CHUNK):
        if digest:
            digest.update(chunk)
        size += len(chunk)
        done = os.write(handle, chunk)
        while done < len(chunk):
            done += os.write(handle, memoryview(chunk)[done:])
    return Written(size, digest.hexdigest() if digest else None)

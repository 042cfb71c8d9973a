"""What is in the destination already, and how it comes along into the new tree."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from pierhead.errors import Conflict
from pierhead.write.folder import FolderWriter, like
from pierhead.write.handles import FOLDER, is_named, try_lock

_OCTAL = re.compile(r"\\([0-7]{3})")  # how mountinfo writes spaces

Kind = Literal["file", "folder", "link"]


class Found(NamedTuple):
    """Something in the destination: its kind ("file" for all that is no folder or link)."""

    kind: Kind
    status: os.stat_result


@contextmanager
def open_existing(parent: int, destination: Path) -> Iterator[int | None]:
    """The destination's folder, locked; None if there is nothing of that name.

    Raises:
        Conflict: it is no folder, a mount point, holds one, or another write to it is under way.
        OSError: it cannot be opened.
    """
    try:
        handle = os.open(destination.name, FOLDER, dir_fd=parent)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        if error.errno not in {errno.ENOTDIR, errno.ELOOP}:
            raise
        raise Conflict(
            f"{destination} is no folder, but a file or a symbolic link",
            hint="name another destination, or move it away",
            where=str(destination),
        ) from error
    try:
        if not try_lock(handle, unsure=True) or not is_named(parent, destination.name, handle):
            raise Conflict(
                f"another write to {destination} is under way",
                hint="wait until it has ended, then write again",
                where=str(destination),
            )
        _refuse_mounts(destination)
        yield handle
    finally:
        os.close(handle)


def _refuse_mounts(destination: Path) -> None:
    """A tree is replaced by renaming it, which would leave a mounted volume behind or empty it."""
    real = str(destination.resolve())
    with contextlib.suppress(FileNotFoundError), Path("/proc/self/mountinfo").open() as mounts:
        for line in mounts:
            point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), line.split()[4])
            if point == real or point.startswith(real + "/"):
                raise Conflict(
                    f"{point} is a mount point, so {destination} cannot be replaced",
                    hint="write to a folder below it, or unmount it first",
                    where=point,
                )


def scan(root: int) -> dict[str, Found]:
    """All that is below an open folder, by relative path.

    Raises:
        OSError: if a part of it cannot be read.
    """
    found: dict[str, Found] = {}
    for path, _, folder in _walk(root):
        for name in os.listdir(folder):  # noqa: PTH208  # of an open handle
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            kind: Kind = "file"
            if stat.S_ISDIR(status.st_mode):
                kind = "folder"
            elif stat.S_ISLNK(status.st_mode):
                kind = "link"
            found[path + name] = Found(kind, status)
    return found


def _walk(root: int) -> Iterator[tuple[str, list[str], int]]:
    def fail(error: OSError) -> None:
        raise error

    for top, folders, _, handle in os.fwalk(".", dir_fd=root, onerror=fail):
        prefix = "" if top == "." else top.removeprefix("./") + "/"
        yield prefix, folders, handle


def carry(root: int, chosen: Collection[str], writer: FolderWriter) -> None:
    """Bring files, links and folders of an existing tree into a new one, under the same paths.

    Files are hard-linked: no copy, and whoever has one open keeps it. Where that is not possible
    they are copied, with mode, owner and times.

    Args:
        root: open handle of the existing tree.
        chosen: relative paths.
        writer: of the new tree.

    Raises:
        OSError: if one cannot be brought along.
    """
    for prefix, _, folder in _walk(root):
        for name in os.listdir(folder):  # noqa: PTH208  # of an open handle
            path = prefix + name
            if path not in chosen:
                continue
            if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                writer.folder(path)
            else:
                writer.adopt(path, folder, name)


def restore_folders(found: dict[str, Found], chosen: Collection[str], writer: FolderWriter) -> None:
    """Give folders that came along their modes, owners and times; the deepest first."""
    for path in sorted(chosen, reverse=True):
        if found[path].kind == "folder":
            like(writer.folder(path), found[path].status)

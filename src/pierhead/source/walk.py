"""Walking a folder: which files and links belong to a release."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pierhead.errors import SourceError
from pierhead.source.beneath import Root
from pierhead.source.ignore import ALWAYS, IGNORE_HINT, LONGEST, root_rules, text_of
from pierhead.source.links import check_name, checked_link


@dataclass(frozen=True, slots=True)
class Found:
    """A file or link of the release: its path below the root, and the target if it is a link."""

    path: str
    link: str | None = None


def walk(root: Path) -> Iterator[Found]:
    """The files and links that belong to the release, in no particular order.

    Nothing but the folders still to be walked is held in memory.

    Raises:
        SourceError: for a folder or name that cannot be read, a link that leaves the folder, and
            what is neither file, folder nor link.
    """
    with Root(root) as top:
        real = os.path.realpath(root)
        pending = [("", root_rules(lambda path: _ignore_file(top, path)), False)]
        while pending:
            folder, outer, ignored = pending.pop()
            rules = outer.entering(folder, ignored, lambda path: _ignore_file(top, path))
            for entry in _entries(top, folder):
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    out = rules.ignores(path, folder=True)
                    if not out or rules.reaches_into(path):
                        pending.append((path, rules, out))
                elif not rules.ignores(path, folder=False):
                    yield _found(top, real, path, entry)


def _entries(top: Root, folder: str) -> Iterator[os.DirEntry[str]]:
    where = str(top.path / folder)
    try:
        with top.folder(folder) as fd, os.scandir(fd) as listing:
            if folder and _is_venv("", fd):
                return
            for entry in listing:
                if entry.name in ALWAYS or (entry.is_symlink() and _is_venv(entry.name, fd)):
                    continue
                check_name(where, entry.name)
                yield entry
    except OSError as error:
        raise SourceError(
            f"the folder cannot be read: {error.strerror}",
            where=where,
            hint=f"make it readable, or {IGNORE_HINT}",
        ) from error


def _is_venv(name: str, fd: int) -> bool:
    """Whether a folder holds the mark of a virtual environment, whatever its name is."""
    try:
        os.stat(f"{name}/pyvenv.cfg" if name else "pyvenv.cfg", dir_fd=fd)
    except OSError:
        return False
    return True


def _found(top: Root, real: str, path: str, entry: os.DirEntry[str]) -> Found:
    if entry.is_symlink():
        return Found(path, checked_link(top, real, path))
    if entry.is_file(follow_symlinks=False):
        return Found(path)
    raise SourceError(
        "it is a socket, a pipe or a device; a release holds files and links",
        where=str(top.path / path),
        hint=f"remove it, or {IGNORE_HINT}",
    )


def _ignore_file(top: Root, path: str) -> str | None:
    try:
        with top.open(path) as file:
            return text_of(file.read(LONGEST + 1))
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR):  # a link or a folder: Git ignores it too
            return None
        if error.filename != path.rpartition("/")[2]:  # its folder, which is listed next
            return None
        raise SourceError(
            f"the file cannot be read: {error.strerror}", where=str(top.path / path)
        ) from error

"""Walking a folder: which files and links belong to a release."""

from __future__ import annotations

import errno
import os
import posixpath
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from time import monotonic

from pierhead.errors import SourceError
from pierhead.source.beneath import Root
from pierhead.source.ignore import ALWAYS, LONGEST, root_rules, text_of

# Seconds spent on counting on, for a better message, once a folder has too many files.
_COUNT_ON = 1.0
_MOST_LINKS = 40  # as the kernel follows for one path
IGNORE_HINT = "leave it out with a line in .pierheadignore"


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


def walk_at_most(root: Path, max_files: int) -> list[Found]:
    """What `walk` finds, sorted by path, at most so many.

    Raises:
        SourceError: also if there are more; the message names where most of them are.
    """
    found: list[Found] = []
    files = walk(root)
    for item in files:
        if len(found) == max_files:
            raise _too_many(root, found, chain([item], files))
        found.append(item)
    return sorted(found, key=lambda item: item.path)


def _entries(top: Root, folder: str) -> Iterator[os.DirEntry[str]]:
    where = str(top.path / folder)
    try:
        with top.folder(folder) as fd, os.scandir(fd) as listing:
            if folder and _is_venv("", fd):
                return
            for entry in listing:
                if entry.name in ALWAYS or (entry.is_symlink() and _is_venv(entry.name, fd)):
                    continue
                _check_name(where, entry.name)
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


def _check_name(where: str, name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        shown = os.fsencode(name).decode("utf-8", "backslashreplace")
        raise SourceError(
            f'the name "{shown}" is not UTF-8, so it has no one spelling everywhere',
            where=where.encode("utf-8", "backslashreplace").decode(),
            hint="rename it",
        ) from None


def _found(top: Root, real: str, path: str, entry: os.DirEntry[str]) -> Found:
    if entry.is_symlink():
        return Found(path, _checked_link(top, real, path))
    if entry.is_file(follow_symlinks=False):
        return Found(path)
    raise SourceError(
        "it is a socket, a pipe or a device; a release holds files and links",
        where=str(top.path / path),
        hint=f"remove it, or {IGNORE_HINT}",
    )


def _checked_link(top: Root, real: str, path: str) -> str:
    """The target of a link that stays inside, both as it is written and as it leads now."""
    target = top.link(path)
    _check_name(str(top.path / path), target)
    written = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if written.split("/")[0] in ("", "..") or _leaves(real, path, target):
        raise SourceError(
            f"the link points to {target}, outside the folder",
            where=str(top.path / path),
            hint=f"put a copy in its place, or {IGNORE_HINT}",
        )
    return target


def _leaves(real: str, path: str, target: str) -> bool:
    """Whether a link steps out of the folder at any point of its way, other links included."""
    here, ahead, links = path.split("/")[:-1], deque(target.split("/")), 0
    if target.startswith("/"):
        return True
    while ahead:
        part = ahead.popleft()
        if part == ".." and not here:
            return True
        if part == "..":
            here.pop()
        elif part not in ("", "."):
            here.append(part)
            link = _target("/".join((real, *here)))
            if link is None:
                continue
            if link.startswith("/"):
                return True
            if (links := links + 1) > _MOST_LINKS:
                return False  # it leads nowhere
            here.pop()
            ahead.extendleft(reversed(link.split("/")))
    return False


def _target(path: str) -> str | None:
    try:
        return os.readlink(path)  # noqa: PTH115 - exactly as written
    except OSError:
        return None


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


def _too_many(root: Path, found: list[Found], rest: Iterator[Found]) -> SourceError:
    counts = Counter(_folder_of(item.path) for item in found)
    counted, until = len(found), monotonic() + _COUNT_ON
    with suppress(SourceError):  # this refusal comes first
        for item in rest:
            counts[_folder_of(item.path)] += 1
            counted += 1
            if monotonic() > until:
                break
    largest = [(name, n) for name, n in counts.most_common(3) if name]
    named = ", ".join(f"{name}/ ({n:,})" for name, n in largest)
    example = f"such as {largest[0][0]}/" if largest else "for what the service does not need"
    return SourceError(
        f"the folder has more than {len(found):,} files"
        + (f"; most are in {named}" if named else ""),
        where=str(root),
        hint=f"add a line to .pierheadignore, {example}, or raise PIERHEAD_MAX_FILES",
        details={"counted": counted, "largest": dict(largest)},
    )


def _folder_of(path: str) -> str:
    """The first folder of a path, or nothing for a file of the root."""
    first, slash, _ = path.partition("/")
    return first if slash else ""

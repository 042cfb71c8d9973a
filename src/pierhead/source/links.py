"""Names and symbolic links that mean the same wherever the release is written."""

from __future__ import annotations

import os
import posixpath
from collections import deque

from pierhead.errors import SourceError
from pierhead.source.beneath import Root
from pierhead.source.ignore import IGNORE_HINT

_MOST_LINKS = 40  # as the kernel follows for one path


def check_name(where: str, name: str) -> None:
    """Allow only names that are UTF-8.

    Raises:
        SourceError: for any other.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        shown = os.fsencode(name).decode("utf-8", "backslashreplace")
        raise SourceError(
            f'the name "{shown}" is not UTF-8, so it has no one spelling everywhere',
            where=where.encode("utf-8", "backslashreplace").decode(),
            hint="rename it",
        ) from None


def checked_link(top: Root, real: str, path: str) -> str:
    """The target of a link that stays inside, both as it is written and as it leads now.

    Raises:
        SourceError: if it leaves the folder.
    """
    target = top.link(path)
    check_name(str(top.path / path), target)
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

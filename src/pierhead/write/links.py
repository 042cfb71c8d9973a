"""Symbolic links: where they lead, computed without touching a disk."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pierhead.write.paths import refuse

_MAX_HOPS = 40  # what the kernel follows before it gives up (ELOOP)

_MAX_BYTES = 4095  # PATH_MAX, less the NUL


def check_links(links: Mapping[str, str]) -> None:
    """Check that every link of a tree ends inside the tree, through whatever links it passes.

    Args:
        links: path of each link of the tree -> its target as written.

    Raises:
        UnsafePath: naming the first link that leads out, is absolute, empty, or goes in circles.
    """
    for path, target in links.items():
        try:
            usable = 0 < len(os.fsencode(target)) <= _MAX_BYTES and "\0" not in target
        except UnicodeEncodeError:
            usable = False
        if not usable:
            raise refuse(path, "link-target", "is a symbolic link without a usable target")
        _follow(path, links)


def _follow(path: str, links: Mapping[str, str]) -> None:
    """Walk as the kernel does: `..` counts from where a link has led, not from its name."""
    here: list[str] = path.split("/")[:-1]
    todo = [path.rpartition("/")[2]]
    hops = 0
    while todo:
        part = todo.pop()
        if part in {"", "."}:
            continue
        if part == "..":
            if not here:
                raise refuse(path, "link-out", "is a symbolic link that leads out of the tree")
            here.pop()
            continue
        here.append(part)
        target = links.get("/".join(here))
        if target is None:
            continue
        hops += 1
        if hops > _MAX_HOPS:
            raise refuse(path, "link-loop", "is a symbolic link that goes in circles")
        if target.startswith("/"):
            raise refuse(path, "link-out", "is a symbolic link to an absolute path")
        here.pop()
        todo.extend(reversed(target.split("/")))

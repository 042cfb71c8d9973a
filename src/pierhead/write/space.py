"""Is there room: asked before the first byte is written."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from pierhead.errors import StorageFull

_MARGIN_BYTES = 1 << 20  # 1 MiB, and 2 % more: folders, journals, and others who write too
_MARGIN_INODES = 16


def check_space(handle: int, sizes: Iterable[int], destination: Path) -> None:
    """Check that a file system has room for files of these sizes (bytes), with a margin.

    Args:
        handle: an open folder on that file system.
        sizes: of each file; every one is counted in whole blocks.
        destination: for the message.

    Raises:
        StorageFull: naming what is needed and what is free.
    """
    free = os.fstatvfs(handle)
    block = free.f_frsize or 4096
    needed = count = 0
    for size in sizes:
        needed += -(-size // block) * block
        count += 1
    needed += needed // 50 + _MARGIN_BYTES
    available = free.f_bavail * block
    if needed > available:
        raise StorageFull(
            f"{destination} needs {needed:,} bytes and {available:,} are free",
            where=str(destination),
        )
    # f_files is 0 where inodes are made as needed (btrfs).
    if free.f_files and count + _MARGIN_INODES > free.f_favail:
        raise StorageFull(
            f"{destination} needs {count:,} files and the file system has room for"
            f" {free.f_favail:,}",
            where=str(destination),
        )

"""Make a tree durable: after this returns, a power cut does not take it away.

Measured on ext4 with 3,000 files of 6 kB: `fsync` after each file 0.9-1.5 s, `fsync` of all of them
after the last 0.8-1.1 s, one `syncfs` 0.45-0.65 s. `syncfs` waits for what others wrote on the
same file system too, so a few files are synced one by one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from pierhead.write.handles import FOLDER
from pierhead.write.kernel import sync_file_system

_FEW = 32


def sync_tree(root: int, files: Iterable[str], folders: Iterable[str]) -> None:
    """Sync files, their folders and the root (an open handle); paths are relative to it.

    Raises:
        OSError: if something could not be written.
    """
    files, folders = list(files), list(folders)
    if len(files) > _FEW and sync_file_system(root):
        return
    for path in files:
        _sync(root, path, os.O_RDONLY | os.O_NOFOLLOW)
    for path in folders:
        _sync(root, path, FOLDER)
    os.fsync(root)


def _sync(root: int, path: str, flags: int) -> None:
    handle = os.open(path, flags, dir_fd=root)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

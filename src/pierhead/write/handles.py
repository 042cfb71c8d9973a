"""Open folders: locked, compared with their names, removed. No link is ever followed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil

PREFIX = ".pierhead-stage-"
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def is_named(parent: int, name: str, handle: int) -> bool:
    """Whether the open handle is what the name stands for now."""
    try:
        now = os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(now, os.fstat(handle))


def is_there(parent: int, name: str) -> bool:
    """Whether a folder has something of that name, be it a dangling link."""
    try:
        os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def lock_new(parent: int, name: str, handle: int) -> bool:
    """Lock what was just made; False if someone cleaning up removed it in between."""
    fcntl.flock(handle, fcntl.LOCK_EX)
    if is_named(parent, name, handle):
        return True
    os.close(handle)
    return False


def try_lock(handle: int) -> bool:
    """Lock an open folder or file if nobody holds it; freed when closed, or when we are killed."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def remove_stale(parent: int) -> None:
    """Remove the stages in a folder that are ours and that no living writer holds."""
    for name in os.listdir(parent):  # of an open handle
        if not name.startswith(PREFIX):
            continue
        with contextlib.suppress(OSError):  # gone meanwhile, or not a folder
            handle = os.open(name, FOLDER, dir_fd=parent)
            try:
                if os.fstat(handle).st_uid == os.geteuid() and try_lock(handle):
                    remove_tree(parent, name)
            finally:
                os.close(handle)


def remove_tree(parent: int, name: str) -> None:
    """Remove a tree; what cannot be removed is left for the next writer."""
    shutil.rmtree(name, ignore_errors=True, dir_fd=parent)

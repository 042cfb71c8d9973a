"""Open folders: locked, compared with their names, removed. No link is ever followed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil

PREFIX = ".pierhead-stage-"
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW

# NFS locks no folder (EBADF: it is not open for writing); some FUSE file systems lock nothing.
_NO_LOCKS = {errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


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
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    if is_named(parent, name, handle):
        return True
    os.close(handle)
    return False


def try_lock(handle: int, *, unsure: bool) -> bool:
    """Lock an open folder or file if nobody holds it; freed when closed, or when we are killed.

    Args:
        handle: open.
        unsure: the answer where the file system cannot lock it, so that nobody can know.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        return unsure
    return True


def remove_stale(parent: int) -> None:
    """Remove the stages in a folder that are ours and that no living writer holds."""
    for name in os.listdir(parent):  # of an open handle
        if not name.startswith(PREFIX):
            continue
        with contextlib.suppress(OSError):  # gone meanwhile, or not a folder
            handle = os.open(name, FOLDER, dir_fd=parent)
            try:
                if os.fstat(handle).st_uid == os.geteuid() and try_lock(handle, unsure=False):
                    remove_tree(parent, name)
            finally:
                os.close(handle)


def remove_tree(parent: int, name: str) -> None:
    """Remove a tree; what cannot be removed is left for the next writer."""
    shutil.rmtree(name, ignore_errors=True, dir_fd=parent)

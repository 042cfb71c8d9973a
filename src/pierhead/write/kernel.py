"""Two calls of Linux that Python does not offer: `renameat2` and `syncfs`."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os

_NOREPLACE, _EXCHANGE = 1, 2  # linux/fs.h
# What a kernel, a file system or a sandbox answers that does not know the call or the flag.
_UNKNOWN = {errno.ENOSYS, errno.EINVAL, errno.ENOTTY, errno.EOPNOTSUPP, errno.EPERM}

_libc = ctypes.CDLL(None, use_errno=True)


def _rename(folder: int, source: str, target: str, flags: int) -> bool:
    call = getattr(_libc, "renameat2", None)
    if call is None:
        return False
    if call(folder, os.fsencode(source), folder, os.fsencode(target), flags) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), target)


def rename_new(folder: int, source: str, target: str) -> None:
    """Rename inside a folder (an open handle), never replacing anything.

    Raises:
        FileExistsError: if the target exists.
        OSError: for any other reason.
    """
    if _rename(folder, source, target, _NOREPLACE):
        return
    # Without the flag a rename can only replace an empty folder, and only within these two lines.
    with contextlib.suppress(FileNotFoundError):
        os.stat(target, dir_fd=folder, follow_symlinks=False)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
    os.rename(source, target, src_dir_fd=folder, dst_dir_fd=folder)


def exchange(folder: int, one: str, other: str) -> bool:
    """Swap two names of a folder in one step; False where the file system cannot.

    Raises:
        OSError: if it can, but did not.
    """
    try:
        return _rename(folder, one, other, _EXCHANGE)
    except OSError as error:
        if error.errno == errno.EXDEV:  # overlayfs: a folder that lies in a lower layer
            return False
        raise


def sync_file_system(handle: int) -> bool:
    """Write back everything of the file system a handle is on; False if the call is not there.

    Raises:
        OSError: if something could not be written (reported since Linux 5.8).
    """
    call = getattr(_libc, "syncfs", None)
    if call is None:
        return False
    if call(handle) == 0:
        return True
    number = ctypes.get_errno()
    if number == errno.ENOSYS:
        return False
    raise OSError(number, os.strerror(number))

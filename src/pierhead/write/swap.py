"""Put a new tree in the place of an old one, so that a crash leaves the one or the other.

Where the file system can exchange two names (ext4, xfs, btrfs, tmpfs) that is one step. Elsewhere
it takes two renames, and a journal beside them says what was meant: the next writer, or reader of
ours, ends what was begun.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Callable

from pierhead.write.handles import PREFIX, is_there, lock_new, try_lock
from pierhead.write.kernel import exchange, rename_new

JOURNAL = ".pierhead-swap-"
_JOURNAL_BYTES = 4096


def swap(
    parent: int,
    new: str,
    name: str,
    exchange: Callable[[int, str, str], bool] = exchange,
) -> str:
    """Give the tree `new` the name of another; returns the name the old one has now.

    Args:
        parent: open handle of the folder of both.
        new: name of the new tree, synced already.
        name: to be taken over.
        exchange: tries to do it in one step.

    Raises:
        OSError: nothing has changed then.
    """
    if exchange(parent, new, name):
        return new
    away = PREFIX + secrets.token_hex(8)
    journal, handle = _begin(parent, {"new": new, "name": name, "away": away})
    try:
        os.rename(name, away, src_dir_fd=parent, dst_dir_fd=parent)
        try:
            os.rename(new, name, src_dir_fd=parent, dst_dir_fd=parent)
        except OSError:
            os.rename(away, name, src_dir_fd=parent, dst_dir_fd=parent)
            raise
        os.fsync(parent)
    finally:
        os.unlink(journal, dir_fd=parent)
        os.close(handle)
    return away


def _begin(parent: int, plan: dict[str, str]) -> tuple[str, int]:
    while True:
        journal = JOURNAL + secrets.token_hex(8)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        handle = os.open(journal, flags, 0o600, dir_fd=parent)
        if lock_new(parent, journal, handle):
            os.write(handle, json.dumps(plan).encode())
            os.fsync(handle)
            os.fsync(parent)
            return journal, handle


def finish_swaps(parent: int) -> None:
    """End the swaps in a folder whose writer was killed between its two renames.

    Raises:
        OSError: if that cannot be done.
    """
    for journal in os.listdir(parent):  # of an open handle
        if not journal.startswith(JOURNAL):
            continue
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(journal, os.O_RDWR | os.O_NOFOLLOW, dir_fd=parent)
            try:
                # A live writer holds its journal; another user's is none of our business.
                if os.fstat(handle).st_uid == os.geteuid() and try_lock(handle, unsure=False):
                    _finish(parent, os.read(handle, _JOURNAL_BYTES))
                    os.unlink(journal, dir_fd=parent)
            finally:
                os.close(handle)


def _finish(parent: int, raw: bytes) -> None:
    try:
        plan = json.loads(raw)
        new, name, away = (str(plan[key]) for key in ("new", "name", "away"))
    except (ValueError, KeyError, TypeError):
        return  # killed while it was written: nothing had been renamed
    if not (new.startswith(PREFIX) and away.startswith(PREFIX)) or "/" in new + name + away:
        return
    if is_there(parent, away) and not is_there(parent, name):
        with contextlib.suppress(FileExistsError):
            rename_new(parent, new if is_there(parent, new) else away, name)
    os.fsync(parent)

"""Generated files and a folder: what is there, what would change, and the writing of it."""

from __future__ import annotations

import difflib
import errno
import os
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pierhead.errors import StorageError, StorageFull
from pierhead.generate.files import Written
from pierhead.generate.marker import is_untouched

_LARGEST = 1 << 20  # bytes; a larger file was not generated


# Names under which a person may have the same thing: a compose.yaml beside one of these would be
# used in its place without a word.
_TAKES_OVER = {"compose.yaml": ("compose.yml", "docker-compose.yaml", "docker-compose.yml")}
_LEAVES_OUT_ENV = frozenset(("*", ".*", ".env", ".env*", "/.env", "**/.env", "**/.env*", "*.env"))


class Status(StrEnum):
    """What a file of a folder is, compared with what would be written."""

    NEW = "new"
    SAME = "same"
    OURS = "changed"  # generated before and untouched since: it may be written anew
    THEIRS = "kept"  # somebody's own: only written over if that is wanted


@dataclass(frozen=True, slots=True)
class Change:
    """One file and what is there in its place; `before` is empty if nothing is."""

    file: Written
    status: Status
    before: str = ""

    def diff(self) -> str:
        """A unified diff from what is there; empty if nothing would change."""
        name = self.file.path
        old, new = self.before.splitlines(keepends=True), self.file.text.splitlines(keepends=True)
        origin = "/dev/null" if self.status is Status.NEW else f"a/{name}"
        lines = difflib.unified_diff(old, new, origin, f"b/{name}")
        return "".join(
            x if x.endswith("\n") else f"{x}\n\\ No newline at end of file\n" for x in lines
        )


def compare(root: Path, file: Written) -> Change:
    """What writing this file would mean."""
    path = root / file.path
    if any((root / name).exists() for name in _TAKES_OVER.get(file.path, ())):
        return Change(file, Status.THEIRS)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        return Change(file, Status.THEIRS)
    try:
        with path.open("rb") as opened:
            before = opened.read(_LARGEST + 1).decode("utf-8", "replace")
    except FileNotFoundError:
        return Change(file, Status.NEW)
    except OSError as error:
        raise StorageError(f"cannot be read: {error.strerror}", where=str(path)) from error
    if before == file.text:
        return Change(file, Status.SAME, before)
    return Change(file, Status.OURS if is_untouched(before) else Status.THEIRS, before)


def builds_see_env(root: Path) -> bool:
    """Whether a build would copy .env, with its passwords, into the image."""
    try:
        lines = (root / ".dockerignore").read_text("utf-8", "replace").split()
    except OSError:
        return True
    return _LEAVES_OUT_ENV.isdisjoint(lines)


def write(root: Path, name: str, text: str, *, mode: int = 0o644) -> None:
    """Put a file in its place at once: nobody sees half of it.

    Raises:
        StorageError: if it cannot be written, naming the file.
    """
    path = root / name
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=root)
    except OSError as error:
        raise _failed(path, error) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
            os.fchmod(opened.fileno(), mode)
            opened.flush()
            os.fsync(opened.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise _failed(path, error) from error


def _failed(path: Path, error: OSError) -> StorageError:
    kind = StorageFull if error.errno == errno.ENOSPC else StorageError
    return kind(f"cannot be written: {error.strerror}", where=str(path))

"""Zip archives."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from pierhead.errors import InvalidInput
from pierhead.write.bundle import Item
from pierhead.write.limits import Limits, too_much
from pierhead.write.paths import PORTABLE, check_path, refuse

_LINK_BYTES = 4096
_BROKEN = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError,
    OverflowError, LookupError, OSError,
)  # fmt: skip


def zip_items(stream: BinaryIO, limits: Limits) -> Iterator[Item]:
    """The items of a zip archive, from a stream that can seek.

    Raises:
        InvalidInput: if it is damaged, encrypted, holds devices, or passes a limit.
    """
    with _translated():
        archive = zipfile.ZipFile(stream)
        entries = archive.infolist()
    limits.check_count(len(entries))
    packed = stream.seek(0, 2)
    # What the directory of the archive claims; what really comes out is counted as well.
    limits.check_unpacked(sum(entry.file_size for entry in entries), packed)
    for entry in entries:
        if item := _item(archive, entry):
            yield item


def _item(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Item | None:
    path = entry.orig_filename  # `filename` ends at a NUL and hides it
    if path.endswith("/"):
        check_path(path.rstrip("/"), PORTABLE)
        return None
    mode = entry.external_attr >> 16  # 0 where the archive was not made on Unix
    if mode and not stat.S_ISREG(mode) and not stat.S_ISLNK(mode) and stat.S_IFMT(mode):
        raise refuse(path, "special-file", "is a device or another special file")
    with _translated(path):
        content = archive.open(entry)
        if not stat.S_ISLNK(mode):
            return Item(path, _Member(content, path), mode & 0o777 or None)
        target = content.read(_LINK_BYTES + 1)
    if len(target) > _LINK_BYTES:
        raise too_much(f"the link {path!a} has an over-long target")
    return Item(path, link=target.decode(errors="surrogateescape"))


class _Member:
    """Reads one member, with the errors of the library translated."""

    def __init__(self, content: object, path: str) -> None:
        self._content = content
        self._path = path

    def read(self, size: int, /) -> bytes:
        with _translated(self._path):
            return self._content.read(size)  # type: ignore[attr-defined, no-any-return]


@contextmanager
def _translated(path: str = "") -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        where = f" at {path!a}" if path else ""
        raise InvalidInput(f"the zip archive cannot be read{where}: {error}") from None

"""Where contents wait between being read and being written: memory, or one nameless file."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from pierhead.write.faults import translated
from pierhead.write.limits import Limits

_CHUNK = 1 << 20
_BINARY_PROBE = 8192  # bytes searched for a NUL, as git does


class Content(NamedTuple):
    """A content that was taken in.

    Attributes:
        size: bytes.
        sha256: 64 hexadecimal digits.
        lines: of text; 0 for a binary file.
        head: its first two bytes, enough to see a shebang.
        place: where it lies in the spool's file, or the content itself.
    """

    size: int
    sha256: str
    lines: int
    head: bytes
    place: int | bytes


class Source(Protocol):
    """Whatever has `read(size)`."""

    def read(self, size: int, /) -> bytes: ...


def spool_folder() -> Path:
    """TMPDIR, or else /var/tmp: /tmp may be memory, and bundles may be large."""
    folder = Path(os.environ.get("TMPDIR") or "/var/tmp")  # noqa: S108
    return folder if folder.is_dir() else Path(tempfile.gettempdir())


class Spool:
    """Many contents, one after the other; the file is gone when closed, or when we are killed."""

    def __init__(self, limits: Limits, folder: Path | None = None) -> None:
        """Use a folder for the file; `spool_folder()` by default."""
        self._limits = limits
        self._folder = folder or spool_folder()
        self._file: BinaryIO | None = None
        self._end = 0
        self._held = 0

    def add(self, source: Source | bytes) -> Content:
        """Take in a content: bytes stay in memory, a stream is copied to its end.

        Raises:
            InvalidInput: if all contents together pass the limit.
            StorageError: if the temporary file cannot be written.
        """
        if isinstance(source, bytes):
            self._held += len(source)
            self._check(0)
            digest = hashlib.sha256(source).hexdigest()
            return Content(len(source), digest, _lines(source), source[:2], source)
        return self._copy(source)

    def _copy(self, source: Source) -> Content:
        digest, size, breaks, head, last = hashlib.sha256(), 0, 0, b"", b"\n"
        binary = False
        with translated(self._folder):
            file = self._opened()
        while chunk := source.read(_CHUNK):
            if not size:
                head, binary = chunk[:2], b"\0" in chunk[:_BINARY_PROBE]
            digest.update(chunk)
            size += len(chunk)
            self._check(size)
            breaks += chunk.count(b"\n")
            last = chunk[-1:]
            with translated(self._folder):
                file.write(chunk)
        lines = 0 if binary else breaks + (last != b"\n")
        content = Content(size, digest.hexdigest(), lines, head, self._end)
        self._end += size
        return content

    def _check(self, more: int) -> None:
        total = self._held + self._end + more
        self._limits.check_unpacked(total, total)

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  # closed by close
        return self._file

    def open(self, content: Content) -> BinaryIO:
        """A reader of one content, independent of all others.

        Raises:
            OSError: if the temporary file cannot be written or read.
        """
        if isinstance(content.place, bytes):
            return io.BytesIO(content.place)
        file = self._opened()
        file.flush()
        return io.BufferedReader(_Section(file.fileno(), content.place, content.size), 1 << 16)

    def close(self) -> None:
        """Give the space back."""
        if self._file is not None:
            self._file.close()


def _lines(content: bytes) -> int:
    if b"\0" in content[:_BINARY_PROBE]:
        return 0
    return content.count(b"\n") + (content[-1:] not in {b"\n", b""})


class _Section(io.RawIOBase):
    """A part of a file, read by position."""

    def __init__(self, handle: int, offset: int, size: int) -> None:
        super().__init__()
        self._handle = handle
        self._at = offset
        self._end = offset + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        view = memoryview(buffer)[: self._end - self._at]
        count = os.preadv(self._handle, [view], self._at) if view else 0
        self._at += count
        return count

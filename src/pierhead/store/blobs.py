"""Files kept once per content, named by their sha256."""

from __future__ import annotations

import hashlib
import io
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pierhead.errors import BlobCorrupt, StorageError
from pierhead.store.blob_files import CHUNK, chunks, failure, holds, remove_old, storage, write

_DIGEST = re.compile(r"[0-9a-f]{64}")
# A blob is put before the release that needs it is recorded. An hour is far longer than a folder
# takes to read, and a blob that is put again counts as new.
_GRACE = 3600.0


@dataclass(frozen=True, slots=True)
class Removed:
    """What a clean-up removed: how many blobs, and their bytes."""

    count: int
    size: int


class BlobStore:
    """A folder of blobs: `ab/cdef...`, written aside and renamed, readable by the owner alone.

    Every read checks the content. A blob that has lost it is named by BlobCorrupt, and the next
    `put` of that content replaces it. All methods block and may be called from several threads
    and processes at once.
    """

    def __init__(self, root: Path, *, durable: bool = False) -> None:
        """Use a folder, made if missing.

        Args:
            root: the folder.
            durable: wait for the disk at each put. Without it a loss of power may cost blobs just
                written; that is seen when they are read, and putting them again mends it.

        Raises:
            StorageError: if the folder cannot be used.
        """
        self.root = root
        self._durable = durable
        self._incoming = root / "incoming"
        with storage(root):
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._incoming.mkdir(mode=0o700, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Where a blob lies, whether it is there or not; not checked content.

        Raises:
            StorageError: if it is not a sha256.
        """
        if not _DIGEST.fullmatch(sha256):
            raise StorageError(f"{sha256[:80]!r} is not a sha256 in 64 hexadecimal digits")
        return self.root / sha256[:2] / sha256[2:]

    def has(self, sha256: str) -> bool:
        """Whether there is such a blob; its content is not looked at."""
        return self.path(sha256).is_file()

    def put_bytes(self, data: bytes) -> tuple[str, int]:
        """Keep these bytes; returns sha256 and size."""
        return self._keep(hashlib.sha256(data).hexdigest(), len(data), lambda: iter((data,)))

    def put_file(self, path: Path) -> tuple[str, int]:
        """Keep the content of a file; returns sha256 and size.

        Raises:
            OSError: if the file cannot be read.
        """
        with path.open("rb", buffering=0) as file:
            return self.put(file)

    def put(self, file: BinaryIO) -> tuple[str, int]:
        """Keep the content of an open file, which can seek; returns sha256 and size.

        A file that changes meanwhile is kept under the digest of what was written, or refused.

        Raises:
            OSError: if the file cannot be read.
            StorageError: if the blob cannot be written.
        """
        start, rest = file.tell(), chunks(file)
        first = next(rest, b"")
        checksum, size = hashlib.sha256(first), len(first)
        for chunk in rest:
            checksum.update(chunk)
            size += len(chunk)

        def content() -> Iterator[bytes]:
            if size == len(first):
                return iter((first,))
            file.seek(start)
            return chunks(file)

        return self._keep(checksum.hexdigest(), size, content)

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob as it is; nothing checks what is read from it.

        Raises:
            BlobCorrupt: if it is missing.
        """
        path = self.path(sha256)
        try:
            return path.open("rb")
        except FileNotFoundError:
            raise BlobCorrupt(f"the blob {sha256} is missing", where=str(path)) from None
        except OSError as error:
            raise failure(path, error) from error

    def copy_to(self, sha256: str, target: BinaryIO) -> int:
        """Write a blob's content to an open file and check it on the way; returns its size.

        Raises:
            BlobCorrupt: if the blob is missing or its content is not what its name promises; what
                was written to the target is then worth nothing.
            OSError: if the target cannot be written.
        """
        return self._checked(sha256, target.write)

    def read(self, sha256: str) -> bytes:
        """A blob's content, checked.

        Raises:
            BlobCorrupt: as `copy_to`.
        """
        content = io.BytesIO()
        self.copy_to(sha256, content)
        return content.getvalue()

    def verify_all(self) -> list[str]:
        """Read every blob; returns the sha256 of those that are corrupt or unreadable, sorted."""
        corrupt = []
        for sha256, _ in self._all():
            try:
                self._checked(sha256, lambda _: None)
            except StorageError:
                corrupt.append(sha256)
        return sorted(corrupt)

    def remove_unreferenced(self, pinned: Iterable[str], *, grace: float = _GRACE) -> Removed:
        """Remove the blobs nothing needs.

        Args:
            pinned: sha256 of the blobs that stay.
            grace: seconds; a blob put since then stays too, as its release may not be recorded.
        """
        keep, before = frozenset(pinned), time.time() - grace
        count = size = 0
        with storage(self.root):
            for sha256, path in self._all():
                if (
                    sha256 not in keep
                    and (removed := remove_old(path, self._incoming, before)) is not None
                ):
                    count, size = count + 1, size + removed
            for left_over in self._incoming.iterdir():  # of a put that was killed
                remove_old(left_over, self._incoming, before)
        return Removed(count, size)

    def _all(self) -> Iterator[tuple[str, Path]]:
        with storage(self.root):
            for folder in sorted(self.root.iterdir()):
                if len(folder.name) == 2:
                    for path in folder.iterdir():
                        yield folder.name + path.name, path

    def _keep(
        self, sha256: str, size: int, content: Callable[[], Iterator[bytes]]
    ) -> tuple[str, int]:
        path = self.path(sha256)
        if holds(path, size, content()):
            with suppress(FileNotFoundError), storage(path, FileNotFoundError):
                os.utime(path)  # young again: see remove_old
                return sha256, size
        return write(self._incoming, self.path, content(), durable=self._durable)

    def _checked(self, sha256: str, sink: Callable[[bytes], object]) -> int:
        checksum, size = hashlib.sha256(), 0
        with self.open(sha256) as source:
            while chunk := self._read(source, sha256):
                checksum.update(chunk)
                size += len(chunk)
                sink(chunk)
        if checksum.hexdigest() != sha256:
            raise BlobCorrupt(
                f"the blob {sha256} does not have its content any more",
                where=str(self.path(sha256)),
            )
        return size

    def _read(self, source: BinaryIO, sha256: str) -> bytes:
        try:
            return source.read(CHUNK)
        except OSError as error:
            raise BlobCorrupt(
                f"the blob {sha256} cannot be read: {error.strerror}", where=str(self.path(sha256))
            ) from error

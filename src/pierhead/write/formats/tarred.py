"""Tar archives: plain, gzip or zstd, read as a stream in constant memory."""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Self, cast

from pierhead.errors import InvalidInput
from pierhead.write.bundle import Item
from pierhead.write.limits import MIB, Limits
from pierhead.write.paths import PORTABLE, check_path, refuse
from pierhead.write.spool import Source

_HEADER_BYTES = MIB  # of a pax or long-name header, which tarfile reads whole


class _Info(tarfile.TarInfo):
    """Members with headers of a sane size, and an end that is one."""

    @classmethod
    def fromtarfile(cls, tar: tarfile.TarFile) -> Self:
        """A damaged or missing header is an error: tarfile would take it for the end."""
        try:
            return super().fromtarfile(tar)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # the zeros at the end
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"it is cut off or damaged: {error}") from None

    def _proc_member(self, tar: Any) -> Any:
        if self.type in _EXTRA_HEADERS and self.size > _HEADER_BYTES:
            raise tarfile.ReadError("a header is larger than 1 MiB")
        return super()._proc_member(tar)  # type: ignore[misc]


_EXTRA_HEADERS = {
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
}


def tar_items(stream: BinaryIO, limits: Limits) -> Iterator[Item]:
    """The items of a plain tar archive."""
    counted = _Counted(stream)
    return _items(_Counted(counted, _check(limits, lambda: limits.total_bytes)))


def targz_items(stream: BinaryIO, limits: Limits) -> Iterator[Item]:
    """The items of a gzip-compressed tar archive."""
    packed = _Counted(stream)
    unpacked = gzip.GzipFile(fileobj=cast("BinaryIO", packed), mode="rb")
    return _items(_Counted(unpacked, _check(limits, lambda: packed.count)))


def tarzst_items(stream: BinaryIO, limits: Limits) -> Iterator[Item]:
    """The items of a zstd-compressed tar archive."""
    import zstandard  # noqa: PLC0415  # slow to import

    packed = _Counted(stream)
    # 128 MiB is the window that every decoder must accept; a larger one is memory asked for.
    decoder = zstandard.ZstdDecompressor(max_window_size=128 * MIB)
    unpacked = decoder.stream_reader(cast("BinaryIO", packed), read_across_frames=True)
    return _items(_Counted(unpacked, _check(limits, lambda: packed.count)))


def _check(limits: Limits, packed: Callable[[], int]) -> Callable[[int], None]:
    # 1 KiB a file is what tar itself adds (header and padding).
    allowance = limits.files * 1024
    return lambda unpacked: limits.check_unpacked(max(0, unpacked - allowance), packed())


class _Counted:
    """A stream that counts what passes, and asks before more does."""

    def __init__(self, stream: Source, check: Callable[[int], None] | None = None) -> None:
        self._stream = stream
        self._check = check
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        found = self._stream.read(size)
        self.count += len(found)
        if self._check:
            self._check(self.count)
        return found


def _items(stream: _Counted) -> Iterator[Item]:
    with _translated():
        archive = tarfile.open(fileobj=stream, mode="r|", tarinfo=_Info)  # type: ignore[call-overload]  # noqa: SIM115
    while True:
        with _translated():
            member = archive.next()
        if member is None:
            return
        # Not kept: 100,000 of them would take 100 MB.
        archive.members.clear()
        if item := _item(archive, member):
            yield item


def _item(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Item | None:
    path = member.name
    if member.isdir():
        if path not in {".", "./"}:
            check_path(path.removeprefix("./").rstrip("/"), PORTABLE)
        return None
    path = path.removeprefix("./")  # `tar c .` writes every name with it
    if member.issym():
        return Item(path, link=member.linkname)
    if member.islnk():
        raise refuse(path, "hard-link", "is a hard link: send the file itself")
    if not member.isreg() or member.issparse():
        raise refuse(path, "special-file", "is a device, sparse or another special file")
    with _translated(path):
        content = archive.extractfile(member)
    return Item(path, _Member(content, path), member.mode & 0o777)


class _Member:
    def __init__(self, content: Any, path: str) -> None:
        self._content = content
        self._path = path

    def read(self, size: int, /) -> bytes:
        with _translated(self._path):
            found: bytes = self._content.read(size)
            return found


@contextmanager
def _translated(path: str = "") -> Iterator[None]:
    try:
        yield
    except InvalidInput:
        raise
    except Exception as error:
        if not isinstance(error, _BROKEN) and type(error).__name__ != "ZstdError":
            raise
        where = f" at {path!a}" if path else ""
        raise InvalidInput(f"the tar archive cannot be read{where}: {error}") from None


_BROKEN = (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, OverflowError, LookupError)

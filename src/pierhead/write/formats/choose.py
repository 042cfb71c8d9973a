"""Which form a bundle has: by its name, its content type, or its first bytes."""

from __future__ import annotations

import io
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from pierhead.errors import InvalidInput, NotFound
from pierhead.write.bundle import Bundle, Item
from pierhead.write.faults import translated
from pierhead.write.formats.document import json_items, ndjson_items, yaml_items
from pierhead.write.formats.tarred import tar_items, targz_items, tarzst_items
from pierhead.write.formats.zipped import zip_items
from pierhead.write.limits import Limits
from pierhead.write.spool import spool_folder

Format = Callable[[BinaryIO, Limits], Iterator[Item]]

_BY_SUFFIX: dict[str, Format] = {
    ".json": json_items,
    ".ndjson": ndjson_items,
    ".jsonl": ndjson_items,
    ".yaml": yaml_items,
    ".yml": yaml_items,
    ".zip": zip_items,
    ".tar": tar_items,
    ".tar.gz": targz_items,
    ".tgz": targz_items,
    ".tar.zst": tarzst_items,
    ".tzst": tarzst_items,
}
_BY_TYPE: dict[str, Format] = {
    "application/json": json_items,
    "application/x-ndjson": ndjson_items,
    "application/jsonl": ndjson_items,
    "application/yaml": yaml_items,
    "application/x-yaml": yaml_items,
    "text/yaml": yaml_items,
    "application/zip": zip_items,
    "application/x-tar": tar_items,
    "application/gzip": targz_items,
    "application/x-gzip": targz_items,
    "application/zstd": tarzst_items,
}
CONTENT_TYPES = tuple(_BY_TYPE)
SUFFIXES = tuple(_BY_SUFFIX)
_MARKS: dict[bytes, Format] = {
    b"PK\x03\x04": zip_items,
    b"PK\x05\x06": zip_items,  # an empty one
    b"\x1f\x8b": targz_items,
    b"\x28\xb5\x2f\xfd": tarzst_items,
}
_PROBE = 1 << 16
# A first row longer than the probe.
_LONG_ROW = re.compile(rb'\{\s*"path"\s*:\s*"[^"]*"\s*,\s*"(text|base64|link|mode)"\s*:')


def open_bundle(path: Path, limits: Limits | None = None) -> Bundle:
    """Read the bundle in a file.

    Raises:
        NotFound: there is no such file.
        InvalidInput: its name ends in nothing known, or its content is not what the name says.
        UnsafePath: a path in it is not safe.
        StorageError: it cannot be read, or temporary space ran out.
    """
    with translated(path, "read"):
        if not path.is_file():
            raise NotFound(f"there is no bundle {path}", where=str(path))
    known = next(
        (form for end, form in _BY_SUFFIX.items() if path.name.lower().endswith(end)), None
    )
    if known is None:
        raise InvalidInput(
            f"{path} has a name from which its form cannot be told",
            hint=f"use one of {', '.join(SUFFIXES)}, or send it on stdin: pierhead write - < FILE",
        )
    with translated(path, "read"), path.open("rb") as stream:
        return read_bundle(stream, known, limits)


def read_bundle(
    stream: BinaryIO, form: Format | str | None = None, limits: Limits | None = None
) -> Bundle:
    """Read a bundle from a stream, to its end.

    Args:
        stream: the bundle.
        form: a content type such as `application/zip`; by default the first bytes decide.
        limits: how much there may be.

    Raises:
        InvalidInput: the content type is not known or the content is not of that form.
        UnsafePath: a path in it is not safe.
        StorageError: temporary space ran out.
    """
    limits = limits or Limits()
    if isinstance(form, str):
        form = _of_type(form)
    if form is None:
        head = _first_bytes(stream)
        stream, form = io.BufferedReader(_Rejoined(head, stream), 1 << 16), _sniff(head)
    if form is zip_items and not stream.seekable():
        return _seekable_zip(stream, limits)
    return Bundle(form(stream, limits), limits)


def _of_type(content_type: str) -> Format:
    name = content_type.partition(";")[0].strip().lower()
    if name in _BY_TYPE:
        return _BY_TYPE[name]
    raise InvalidInput(
        f"the content type {name!a} is not known", hint=f"send one of {', '.join(CONTENT_TYPES)}"
    )


def _seekable_zip(stream: BinaryIO, limits: Limits) -> Bundle:
    # The directory of a zip archive is at its end, so all of it is needed.
    folder = spool_folder()
    with tempfile.TemporaryFile(dir=folder) as whole:
        with translated(folder):
            shutil.copyfileobj(stream, whole, 1 << 20)
        whole.seek(0)
        return Bundle(zip_items(whole, limits), limits)


def _first_bytes(stream: BinaryIO) -> bytes:
    head = b""
    while len(head) < _PROBE and (more := stream.read(_PROBE - len(head))):  # a pipe gives little
        head += more
    return head


class _Rejoined(io.RawIOBase):
    """A stream whose first bytes were read already; closing it leaves the stream open."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        size = len(buffer)
        found = self._head[:size] if self._head else self._rest.read(size)
        self._head = self._head[size:]
        buffer[: len(found)] = found
        return len(found)


def _sniff(head: bytes) -> Format:
    for mark, form in _MARKS.items():
        if head.startswith(mark):
            return form
    if head[257:262] == b"ustar":
        return tar_items
    if head.lstrip()[:1] in {b"{", b"["}:
        return ndjson_items if _is_row(head.lstrip()) else json_items
    return yaml_items


def _is_row(head: bytes) -> bool:
    """Whether the first line is one file of NDJSON, rather than a bundle of all files."""
    line = head.partition(b"\n")[0]
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return bool(_LONG_ROW.match(head))
    return isinstance(row, dict) and "path" in row and bool(row.keys() & {"text", "base64", "link"})

"""A mapping `path -> text, bytes or {"text" | "base64" | "link", "mode"?}`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from pierhead.errors import InvalidInput
from pierhead.write.bundle import Item
from pierhead.write.paths import refuse

_KINDS = ("text", "base64", "link")
_MODES = {
    "0644": 0o644,
    "644": 0o644,
    0o644: 0o644,
    "0755": 0o755,
    "755": 0o755,
    0o755: 0o755,
}
_SHAPE = 'a file is "text", or {"text" | "base64" | "link": "...", "mode": "0644" | "0755"}'


def items_of(files: Mapping[str, Any]) -> Iterator[Item]:
    """The items of a mapping.

    Raises:
        InvalidInput: if it has another shape; names the file.
    """
    for path, value in files.items():
        if not isinstance(path, str):
            raise _wrong(path, "is not a text, so it is no path")
        yield item_of(path, value)


def item_of(path: str, value: object) -> Item:
    """One file of a mapping.

    Raises:
        InvalidInput: if the value has another shape.
    """
    if isinstance(value, str):
        return Item(path, _encoded(path, value))
    if isinstance(value, bytes | bytearray | memoryview):
        return Item(path, bytes(value))
    if not isinstance(value, Mapping):
        raise _wrong(path, f"is {type(value).__name__}")
    return _described(path, value)


def _described(path: str, value: Mapping[Any, Any]) -> Item:
    unknown = [key for key in value if key not in {*_KINDS, "mode"}]
    given = [kind for kind in _KINDS if kind in value]
    if unknown or len(given) != 1:
        wrong = f"has the unknown key {unknown[0]!a}" if unknown else "has not exactly one content"
        raise _wrong(path, wrong)
    content = value[given[0]]
    if not isinstance(content, str):
        raise _wrong(path, f"has {given[0]!r} that is {type(content).__name__}, not text")
    if given[0] == "link":
        return Item(path, link=content)
    raw = _encoded(path, content) if given[0] == "text" else _decoded(path, content)
    return Item(path, raw, _mode(path, value.get("mode")))


def _mode(path: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, str | int) and value in _MODES:
        return _MODES[value]
    raise _wrong(path, f"has the mode {value!r}: '0644' and '0755' are possible")


def _encoded(path: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise _wrong(path, f"is not valid unicode at character {error.start}") from None


def _decoded(path: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _wrong(path, f"is not valid base64: {error}") from None


def _wrong(path: object, reason: str) -> InvalidInput:
    text = path if isinstance(path, str) else repr(path)
    shown = refuse(text, "shape", reason).message.removeprefix("the path ")
    return InvalidInput(f"the file {shown}", hint=_SHAPE, details={"rule": "shape"})

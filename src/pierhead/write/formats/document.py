"""Bundles of one document: a JSON or YAML object, or one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO

from pierhead.errors import InvalidInput
from pierhead.write.bundle import Item
from pierhead.write.formats.mapping import item_of, items_of
from pierhead.write.limits import Limits, too_much


def json_items(stream: BinaryIO, limits: Limits) -> Iterator[Item]:
    """The items of a JSON object.

    Raises:
        InvalidInput: if it is no such object, names a path twice, or is too large.
    """
    return items_of(_object(load_json(_whole(stream, limits), "the bundle"), "JSON"))


def ndjson_items(stream: BinaryIO, limits: Limits) -> Iterator[Item]:
    """The items of a stream of lines `{"path": ..., "text" | "base64" | "link": ..., "mode"?}`.

    Raises:
        InvalidInput: naming the line that has another shape.
    """
    number = 0
    while line := stream.readline(limits.line_bytes + 1):
        number += 1
        if len(line) > limits.line_bytes:
            raise too_much(f"line {number} has more than {limits.line_bytes:,} bytes")
        if not line.strip():
            continue
        row = load_json(line, f"line {number} of the bundle")
        if not isinstance(row, dict) or not isinstance(path := row.pop("path", None), str):
            raise InvalidInput(
                f"line {number} of the bundle has no 'path'",
                hint='a line is {"path": "app.py", "text": "..."}',
            )
        item = item_of(path, row)
        # As a stream, so that it leaves memory before the next line is read.
        content = BytesIO(item.content) if isinstance(item.content, bytes) else item.content
        yield item._replace(content=content) if item.link is None else item


def yaml_items(stream: BinaryIO, limits: Limits) -> Iterator[Item]:
    """The items of a YAML mapping; without aliases, which could grow without end.

    Raises:
        InvalidInput: if it is no such mapping, names a path twice, or is too large.
    """
    from pierhead.write.formats.yaml_text import load_yaml  # noqa: PLC0415  # slow to import

    return items_of(_object(load_yaml(_whole(stream, limits)), "YAML"))


def load_json(raw: bytes, what: str) -> Any:
    """Parse JSON, refusing a key that is there twice.

    Raises:
        InvalidInput: with line and column.
    """
    try:
        return json.loads(raw, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InvalidInput(f"{what} is not valid JSON: {error.msg} ({place})") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{what} is not valid UTF-8", hint="write JSON as UTF-8") from None
    except (RecursionError, ValueError) as error:  # nested too deep; a number of 5,000 digits
        raise InvalidInput(f"{what} cannot be read as JSON: {error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise InvalidInput(f"the bundle has {key!a} twice", hint="each path can be there once")
        seen.add(key)
    return found


def _object(document: Any, kind: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        found = "empty" if document is None else f"a {kind} {type(document).__name__}"
        raise InvalidInput(
            f"the bundle is {found}, not an object of path -> content",
            hint='for example {"app.py": "print(1)"}',
        )
    return document


def _whole(stream: BinaryIO, limits: Limits) -> bytes:
    raw = stream.read(limits.document_bytes + 1)
    if len(raw) > limits.document_bytes:
        raise too_much(f"one document may have {limits.document_bytes:,} bytes (send an archive)")
    return raw

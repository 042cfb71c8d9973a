"""Domain values as JSON documents and back."""

from __future__ import annotations

import json
import zlib
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from pierhead.domain.deployment import Deployment
from pierhead.domain.event import AuditEntry, Event
from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.domain.release import Release
from pierhead.domain.service import Service

T = TypeVar("T")


class Codec(Generic[T]):
    """JSON of one frozen dataclass.

    Keys it does not know are passed over and missing ones take their defaults, so that a database
    can be read by the version before and the one after.
    """

    def __init__(self, kind: type[T]) -> None:
        self._adapter: TypeAdapter[T] = TypeAdapter(kind)

    def dump(self, value: T, *, without: frozenset[str] = frozenset()) -> str:
        """The document, with some fields left out."""
        return self._adapter.dump_json(value, exclude=set(without)).decode()

    def load(self, document: str, **columns: Any) -> T:
        """The value; columns take the place of the document's fields of that name."""
        if not columns:
            return self._adapter.validate_json(document)
        return self._adapter.validate_python(json.loads(document) | columns)


RELEASE = Codec(Release)
DEPLOYMENT = Codec(Deployment)
SERVICE = Codec(Service)
EVENT = Codec(Event)
AUDIT = Codec(AuditEntry)


def pack_manifest(manifest: Manifest) -> bytes:
    """The rows as compressed JSON: about 60 bytes a file, most of them its sha256."""
    rows = [[f.path, f.mode, f.sha256, f.size, f.link] for f in manifest.files]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 1)


def unpack_manifest(data: bytes) -> Manifest:
    """The manifest from its packed rows."""
    return Manifest(tuple(FileEntry(*row) for row in json.loads(zlib.decompress(data))))

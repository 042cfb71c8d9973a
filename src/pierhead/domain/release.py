"""A release: immutable, named by the digest of all that decides how it runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pierhead.domain.manifest import Manifest
from pierhead.domain.service import Method, ServiceSpec
from pierhead.domain.stack import Stack


@dataclass(frozen=True, slots=True)
class Release:
    """Files, configuration and environment, frozen.

    Attributes:
        id: `r-` and the first 12 hexadecimal digits of `digest`.
        digest: sha256 over files, spec, method and environment; same content = same release.
        version: what the project calls it (`1.4.2`), or the id where it says nothing.
        source: the folder it was read from, for people.
        environment: names of the variables; their values are kept encrypted by the store.
    """

    id: str
    project: str
    digest: str
    version: str
    method: Method
    manifest: Manifest
    stack: Stack
    spec: ServiceSpec
    environment: tuple[str, ...]
    source: str
    created_at: datetime

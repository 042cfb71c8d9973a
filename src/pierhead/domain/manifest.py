"""What a release is made of: sorted rows of files, named by the digest of them all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True, order=True)
class FileEntry:
    """One file of a release.

    Attributes:
        path: relative, with `/` between parts.
        mode: permission bits, 0o644 or 0o755; 0o777 for a symbolic link.
        sha256: of the content, 64 hexadecimal digits; of the target's text for a link.
        size: bytes.
        link: the target of a symbolic link as it is written, or None for a file.
    """

    path: str
    mode: int
    sha256: str
    size: int
    link: str | None = None


@dataclass(frozen=True)
class Manifest:
    """The files of a release, sorted by path."""

    files: tuple[FileEntry, ...] = field(default=())

    @classmethod
    def of(cls, files: Iterable[FileEntry]) -> Manifest:
        """A manifest of these files, in any order."""
        return cls(tuple(sorted(files)))

    @cached_property
    def digest(self) -> str:
        """sha256 over every row, 64 hexadecimal digits. Its form never changes."""
        rows = [[f.path, f.mode, f.sha256, f.link] for f in self.files]
        text = json.dumps(rows, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def size(self) -> int:
        """Bytes in all."""
        return sum(file.size for file in self.files)

    @cached_property
    def by_path(self) -> dict[str, FileEntry]:
        """The rows by their path."""
        return {file.path: file for file in self.files}


@dataclass(frozen=True, slots=True)
class ManifestChange:
    """What is different between two manifests, each list sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def compare(old: Manifest, new: Manifest) -> ManifestChange:
    """What changed from the old manifest to the new one."""
    before, after = old.by_path, new.by_path
    return ManifestChange(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(p for p in after.keys() & before.keys() if after[p] != before[p])),
        removed=tuple(sorted(before.keys() - after.keys())),
    )

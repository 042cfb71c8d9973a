"""What a write did, as data and as a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from pierhead.domain.manifest import FileEntry
from pierhead.write.categories import CATEGORIES, category_of
from pierhead.write.health.findings import TreeHealth


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """Files of one category: how many, their lines of text and their bytes."""

    files: int = 0
    lines: int = 0
    bytes: int = 0

    def plus(self, lines: int, size: int) -> CategoryCount:
        """With one file more."""
        return CategoryCount(self.files + 1, self.lines + lines, self.bytes + size)


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What a write did.

    Attributes:
        id: of the project, a UUID.
        name: of the project.
        location: absolute path of its folder.
        status: `written`, or `failed` with nothing changed.
        categories: what was written, by category; only those with files.
        directories: folders in the written tree.
        links: symbolic links written.
        executable: paths that were given mode 0755.
        replaced, kept, removed: paths that were in the destination before.
        duration_seconds: from the checks to the last sync; the health step not counted.
        errors: why it failed.
        health: the health step, if it was run.
    """

    id: str
    name: str
    location: str
    status: Literal["written", "failed"]
    categories: dict[str, CategoryCount] = field(default_factory=dict)
    directories: int = 0
    links: int = 0
    executable: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    duration_seconds: float = 0.0
    errors: tuple[str, ...] = ()
    health: TreeHealth | None = None

    @property
    def files(self) -> int:
        """Files written, links not counted."""
        return sum(count.files for count in self.categories.values())

    @property
    def lines(self) -> int:
        """Lines of text written."""
        return sum(count.lines for count in self.categories.values())

    @property
    def bytes(self) -> int:
        """Bytes written."""
        return sum(count.bytes for count in self.categories.values())

    def to_document(self) -> dict[str, Any]:
        """The report as plain JSON data."""
        document: dict[str, Any] = {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }
        document |= {"files": self.files, "lines": self.lines, "bytes": self.bytes}
        document["health"] = self.health.to_document() if self.health else None
        return document

    def to_text(self) -> str:
        """The report as a table for people."""
        rows = [f"{'category':<12} {'files':>7} {'lines':>9} {'bytes':>13}"]
        for name, count in self.categories.items():
            rows.append(f"{name:<12} {count.files:>7,} {count.lines:>9,} {count.bytes:>13,}")
        rows.append(f"{'total':<12} {self.files:>7,} {self.lines:>9,} {self.bytes:>13,}")
        rows.append("")
        rows.append(f"project      {self.name} ({self.id})")
        rows.append(f"location     {self.location}")
        rows.append(f"directories  {self.directories:,}")
        rows.append(f"executable   {len(self.executable):,} with mode 0755")
        befores = {"replaced": self.replaced, "kept": self.kept, "removed": self.removed}
        rows.extend(f"{word:<12} {len(paths):,}" for word, paths in befores.items() if paths)
        rows.append(f"duration     {self.duration_seconds:.2f} s")
        rows.append(f"status       {self.status}")
        rows.extend(f"error        {error}" for error in self.errors)
        if self.health:
            rows += ["", self.health.to_text()]
        return "\n".join(rows)


def count_categories(files: Iterable[FileEntry], lines: dict[str, int]) -> dict[str, CategoryCount]:
    """Files by category, in the order of `CATEGORIES`."""
    found: dict[str, CategoryCount] = {}
    for file in files:
        if file.link is None:
            category = category_of(file.path)
            so_far = found.get(category, CategoryCount())
            found[category] = so_far.plus(lines.get(file.path, 0), file.size)
    return {name: found[name] for name in CATEGORIES if name in found}

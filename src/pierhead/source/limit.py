"""A folder with more files than a release should have is refused before any is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from time import monotonic

from pierhead.errors import SourceError
from pierhead.source.walk import Found, walk

# Seconds spent on counting on, for a better message, once a folder has too many files.
_COUNT_ON = 1.0


def walk_at_most(root: Path, max_files: int) -> list[Found]:
    """What `walk` finds, sorted by path, at most so many.

    Raises:
        SourceError: also if there are more; the message names where most of them are.
    """
    found: list[Found] = []
    files = walk(root)
    for item in files:
        if len(found) == max_files:
            raise _too_many(root, found, chain([item], files))
        found.append(item)
    return sorted(found, key=lambda item: item.path)


def _too_many(root: Path, found: list[Found], rest: Iterator[Found]) -> SourceError:
    counts = Counter(_folder_of(item.path) for item in found)
    counted, until = len(found), monotonic() + _COUNT_ON
    with suppress(SourceError):  # this refusal comes first
        for item in rest:
            counts[_folder_of(item.path)] += 1
            counted += 1
            if monotonic() > until:
                break
    largest = [(name, n) for name, n in counts.most_common(3) if name]
    named = ", ".join(f"{name}/ ({n:,})" for name, n in largest)
    example = f"such as {largest[0][0]}/" if largest else "for what the service does not need"
    return SourceError(
        f"the folder has more than {len(found):,} files"
        + (f"; most are in {named}" if named else ""),
        where=str(root),
        hint=f"add a line to .pierheadignore, {example}, or raise PIERHEAD_MAX_FILES",
        details={"counted": counted, "largest": dict(largest)},
    )


def _folder_of(path: str) -> str:
    """The first folder of a path, or nothing for a file of the root."""
    first, slash, _ = path.partition("/")
    return first if slash else ""

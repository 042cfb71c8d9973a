"""Where a recipe's kept paths lie in a container."""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath

from pierhead.generate.project import Project


def kept_folders(project: Project) -> list[str]:
    """Folders that must be writable, as shell words relative to the working directory.

    A file needs its folder: SQLite keeps a journal beside the database.
    """
    return sorted({shlex.quote(_folder(path)) for path in project.recipe.shared})


def kept_volumes(project: Project) -> tuple[list[str], list[str]]:
    """Folders that can be volumes, and kept files that cannot.

    A volume hides what the image has below it, so a folder with code in it is none.
    """
    volumes: set[str] = set()
    loose: set[str] = set()
    for path in project.recipe.shared:
        folder = _folder(path)
        if folder == path:
            volumes.add(folder)
            continue
        others = {p for p in project.paths if p.startswith(f"{folder}/")} - {path}
        if folder == "." or others:
            loose.add(path)
        else:
            volumes.add(folder)
    return sorted(volumes), sorted(loose)


def _folder(path: str) -> str:
    """The folder itself, or that of a file; what has an ending is a file."""
    pure = PurePosixPath(path)
    return str(pure.parent) if pure.suffix else str(pure)

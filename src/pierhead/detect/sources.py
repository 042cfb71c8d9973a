"""From a path or a repository's address to what is there."""

from __future__ import annotations

import os
from pathlib import Path

from pierhead.detect.clone import TIMEOUT, cloned, is_git_url
from pierhead.detect.parts import Parts, find_parts
from pierhead.detect.refusal import DOUBTFUL, refusal
from pierhead.detect.survey import survey
from pierhead.detect.tree import Tree
from pierhead.errors import NothingToRun, SourceError


def look(source: str, *, timeout: float = TIMEOUT) -> tuple[Parts, NothingToRun | None]:
    """What a folder or repository holds, and the refusal if that is nothing to build on.

    Args:
        source: a folder's path, or a Git address, which is cloned for the while.
        timeout: seconds for the clone.

    Raises:
        SourceError: if there is no such folder, or the repository cannot be had.
        InvalidInput, TimedOut, ToolMissing: as `cloned` says.
    """
    if is_git_url(source):
        with cloned(source, timeout=timeout) as folder:
            return _look(folder, source)
    return _look(checked_folder(source), source)


def checked_folder(path: str) -> Path:
    """The folder at a path.

    Raises:
        SourceError: if there is none, or it may not be read.
    """
    folder = Path(path)
    try:
        if not folder.is_dir():
            kind = "is not a folder" if folder.exists() else "does not exist"
            raise SourceError(f"{path} {kind}", where=path, hint="check the spelling")
        if not os.access(folder, os.R_OK | os.X_OK):
            raise SourceError(f"{path} may not be read", where=path, hint="check its permissions")
    except (OSError, ValueError) as error:  # a name too long, a NUL
        raise SourceError("that is no path", where=path[:80], hint="check the spelling") from error
    return folder


def _look(folder: Path, source: str) -> tuple[Parts, NothingToRun | None]:
    tree = Tree.of_folder(folder)
    found = find_parts(tree)
    if found.best is not None and (found.listed or found.best.confidence >= DOUBTFUL):
        return found, None
    error = refusal(tree, survey(tree))
    error.where = error.where or source
    return found, error

"""The files of a project, as the checks see them."""

from __future__ import annotations

import os
import stat
from functools import cached_property
from pathlib import Path, PurePosixPath

from pierhead.write.health.python_source import PythonFile, read_python

# Made by tools, not by whoever wrote the project.
SKIPPED = frozenset(
    [".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".pytest_cache",
     ".ruff_cache", ".tox", ".nox", ".next", ".idea"]
)  # fmt: skip
_READ_BYTES = 4 << 20  # a file beyond this is data, not something to parse


class ProjectFiles:
    """A project on disk, read-only; links are listed but never followed.

    Attributes:
        root: the project's folder.
        paths: relative paths of files, sorted.
        links: symbolic links -> their targets.
        modes: permission bits of each file.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.links: dict[str, str] = {}
        self.modes: dict[str, int] = {}
        for top, folders, names in os.walk(root, onerror=_fail):
            folders[:] = sorted(set(folders) - SKIPPED)
            for name in [*names, *folders]:
                self._note(Path(top, name))
        self.paths = sorted(self.modes)

    def _note(self, path: Path) -> None:
        status = path.lstat()
        relative = path.relative_to(self.root).as_posix()
        if stat.S_ISLNK(status.st_mode):
            self.links[relative] = str(path.readlink())
        elif stat.S_ISREG(status.st_mode):
            self.modes[relative] = stat.S_IMODE(status.st_mode)

    @cached_property
    def folders(self) -> frozenset[str]:
        """Folders with a file somewhere below; the project itself is the empty string."""
        found = {""}
        for path in self.paths:
            found.update(str(parent) for parent in PurePosixPath(path).parents)
        return frozenset(found - {"."})

    def has(self, path: str) -> bool:
        """Whether there is a file, link or folder of that relative path."""
        path = os.path.normpath(path)
        return path == "." or path in self.modes or path in self.links or path in self.folders

    def named(self, *names: str) -> list[str]:
        """Files of one of these names, in whatever folder."""
        return [path for path in self.paths if path.rpartition("/")[2] in names]

    def ending(self, *ends: str) -> list[str]:
        """Files whose names end so."""
        return [path for path in self.paths if path.endswith(ends)]

    def raw(self, path: str) -> bytes | None:
        """The content of a file; None if it is too large to be looked at."""
        with (self.root / path).open("rb") as file:
            content = file.read(_READ_BYTES + 1)
        return None if len(content) > _READ_BYTES else content

    def text(self, path: str) -> str | None:
        """The content as text; None if it is too large or not UTF-8."""
        try:
            return (self.raw(path) or b"").decode()
        except UnicodeDecodeError:
            return None

    @cached_property
    def python(self) -> dict[str, PythonFile]:
        """Every Python file, compiled but never run."""
        return {path: read_python(path, self.raw(path) or b"") for path in self.ending(".py")}


def _fail(error: OSError) -> None:
    raise error

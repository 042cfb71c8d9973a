"""A read-only view of a folder's files, as detection needs it."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

# Folders that hold what others wrote or what tools produce: never evidence of a stack.
SKIPPED = frozenset(
    """.git .hg .svn node_modules bower_components jspm_packages vendor venv .venv virtualenv
    site-packages __pycache__ .tox .nox .mypy_cache .pytest_cache .ruff_cache .idea .vscode
    .gradle .next .nuxt .output .svelte-kit .turbo .cache target""".split()  # noqa: SIM905 - words
)
TEXT_LIMIT = 1 << 20  # bytes; manifests and source files that people write are far smaller
LOCK_LIMIT = 32 << 20  # bytes; lock files of big workspaces reach a dozen megabytes
MAX_DEPTH = 12
MAX_FILES = 200_000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins the same way
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Tree:
    """Files by their relative path; content is read when it is asked for, and kept."""

    def __init__(self, files: Mapping[str, int | None], read: Callable[[str], bytes]) -> None:
        """A view of these files.

        Args:
            files: size in bytes by path, with `/` between parts; None where `read` is to look
                itself, and give nothing for what is larger than `LOCK_LIMIT`.
            read: gives a file's content; an OSError of it counts as an empty file.
        """
        environments = {p.rpartition("/")[0] for p in files if p.endswith("/pyvenv.cfg")}
        self._files = {p: files[p] for p in sorted(files) if not _skipped(p, environments)}
        self._read = read
        self._texts: dict[str, str] = {}
        self._sorted: dict[str, list[str]] = {}

    @classmethod
    def of_folder(cls, root: Path) -> Tree:
        """The files below a folder; links that leave it and what cannot be read are left out."""
        base = root.resolve()
        held = _walk(base)
        found = [f"{folder}/{n}" if folder else n for folder, names in held.items() for n in names]
        tree = cls({}, lambda path: _read_some(base / path))
        environments = {
            folder for folder, names in held.items() if folder and "pyvenv.cfg" in names
        }
        # The walk has left out what `_skipped` would, unless there are environments by other names.
        kept = [p for p in found if not _skipped(p, environments)] if environments else found
        tree._files = dict.fromkeys(sorted(kept))
        if not environments:
            tree._folders = _nested(held)
        return tree

    @classmethod
    def of_texts(cls, texts: Mapping[str, str | bytes]) -> Tree:
        """A tree held in memory."""
        content = {p: t.encode() if isinstance(t, str) else t for p, t in texts.items()}
        return cls({p: len(c) for p, c in content.items()}, content.__getitem__)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path, sorted."""
        return tuple(self._files)

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._files

    def first(self, *paths: str) -> str | None:
        """The first of these files that is there."""
        return next((path for path in paths if path in self._files), None)

    @cached_property
    def _folders(self) -> dict[str, tuple[set[str], set[str]]]:
        found: dict[str, tuple[set[str], set[str]]] = {"": (set(), set())}
        for path in self._files:
            folder, _, name = path.rpartition("/")
            known = folder in found
            found.setdefault(folder, (set(), set()))[0].add(name)
            while folder and not known:
                parent, _, name = folder.rpartition("/")
                known = parent in found
                found.setdefault(parent, (set(), set()))[1].add(name)
                folder = parent
        return found

    def names(self, folder: str = "") -> list[str]:
        """The names of the files directly in a folder, sorted."""
        return sorted(self._folders.get(folder, ((), ()))[0])

    def folders(self, folder: str = "") -> list[str]:
        """The names of the folders directly in a folder, sorted."""
        return sorted(self._folders.get(folder, ((), ()))[1])

    def has_folder(self, folder: str) -> bool:
        """Whether some file is below this folder."""
        return folder in self._folders

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self._files:
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return found

    @cached_property
    def _by_ending(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, paths in self._by_name.items():
            found.setdefault(name.rpartition(".")[2].lower(), []).extend(paths)
        return found

    def named(self, name: str) -> list[str]:
        """Paths of the files with this name at any depth, the upper ones first."""
        return sorted(self._by_name.get(name, ()), key=lambda path: (path.count("/"), path))

    def ending(self, ending: str) -> list[str]:
        """Paths whose ending is this (`csproj`), at any depth, the upper ones first."""
        if ending not in self._sorted:
            found = self._by_ending.get(ending, [])
            self._sorted[ending] = sorted(found, key=lambda path: (path.count("/"), path))
        return self._sorted[ending]

    def below(self, folder: str) -> Tree:
        """The files below a folder as a tree of their own; the root is the tree itself."""
        if not folder:
            return self
        start = f"{folder}/"
        files = {p[len(start) :]: size for p, size in self._files.items() if p.startswith(start)}
        return Tree(files, lambda path: self._read(start + path))

    def glob(self, pattern: str) -> list[str]:
        """Paths that match; `*` and `?` stay within one part, `**/` at the start is any depth."""
        if pattern.startswith("**/"):
            tail = pattern[3:]
            names = [n for n in self._by_name if fnmatchcase(n, tail)]
            return sorted(path for name in names for path in self._by_name[name])
        parts = pattern.split("/")
        folders = [""]
        for part in parts[:-1]:
            deeper = [(f, n) for f in folders for n in self.folders(f) if fnmatchcase(n, part)]
            folders = [f"{f}/{n}" if f else n for f, n in deeper]
        hits = [(f, n) for f in folders for n in self.names(f) if fnmatchcase(n, parts[-1])]
        return sorted(f"{f}/{n}" if f else n for f, n in hits)

    def content(self, path: str, limit: int = LOCK_LIMIT) -> bytes:
        """The bytes of a file; empty if it is missing, unreadable or larger than `limit`."""
        size = self._files.get(path, limit + 1)
        if size is not None and size > limit:
            return b""
        try:
            content = self._read(path)
        except OSError:
            return b""
        return content if len(content) <= limit else b""

    def text(self, path: str, limit: int = TEXT_LIMIT) -> str:
        """The text of a file; empty where `content` is. Bytes that are no text are replaced."""
        if path not in self._texts:
            self._texts[path] = decode(self.content(path, limit))
        return self._texts[path]

    def line_of(self, path: str, needle: str) -> int | None:
        """The line, from 1, on which a text first stands in a file."""
        at = self.text(path).find(needle)
        return self.text(path).count("\n", 0, at) + 1 if at >= 0 else None


def decode(content: bytes) -> str:
    """Text of bytes: by the byte order mark, else UTF-16 if every other byte is 0, else UTF-8."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace").replace("\r\n", "\n")
    encoding = "utf-8"
    if len(content) >= 4 and not any(content[1:64:2]):
        encoding = "utf-16-le"
    elif len(content) >= 4 and not any(content[0:64:2]):
        encoding = "utf-16-be"
    return content.decode(encoding, "replace").replace("\r\n", "\n")


def _skipped(path: str, environments: set[str]) -> bool:
    folder = path.rpartition("/")[0]
    if not folder:
        return False
    if not SKIPPED.isdisjoint(folder.split("/")):
        return True
    return bool(environments) and any(
        folder == env or folder.startswith(env + "/") for env in environments
    )


def _walk(base: Path) -> dict[str, list[str]]:
    """Names of files by folder, the upper folders first, so that a cut keeps those."""
    found: dict[str, list[str]] = {}
    level, count = [""], 0
    for _ in range(MAX_DEPTH):
        deeper: list[str] = []
        for folder in level:
            start = f"{folder}/" if folder else ""
            names = found[folder] = []
            for entry in _entries(base / folder):
                name = entry.name
                if entry.is_dir(follow_symlinks=False):
                    if name not in SKIPPED:
                        deeper.append(start + name)
                elif entry.is_file(follow_symlinks=False) or _leads_inside(entry, base):
                    names.append(name)
            count += len(names)
            if count >= MAX_FILES:
                found[folder] = sorted(names)[: len(names) - (count - MAX_FILES)]
                return found
        level = sorted(deeper)
    return found


def _nested(held: dict[str, list[str]]) -> dict[str, tuple[set[str], set[str]]]:
    """Names of files and of folders by folder; a folder without a file below it is none."""
    found: dict[str, tuple[set[str], set[str]]] = {"": (set(), set())}
    for folder in reversed(held):  # children before their parents
        inner = found[folder][1] if folder in found else set()
        if held[folder] or inner or not folder:
            found[folder] = (set(held[folder]), inner)
            if folder:
                parent, _, name = folder.rpartition("/")
                found.setdefault(parent, (set(), set()))[1].add(name)
    return found


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def _leads_inside(entry: os.DirEntry[str], base: Path) -> bool:
    """Whether a link is one to a file below the base; devices and pipes are never read."""
    try:
        target = Path(entry.path).resolve()
        return entry.is_symlink() and entry.is_file() and target.is_relative_to(base)
    except (OSError, RuntimeError):  # a loop of links
        return False


def _read_some(path: Path) -> bytes:
    """A file's content; empty if it is larger than anything that is looked at."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size > LOCK_LIMIT:
            return b""
        return file.read(LOCK_LIMIT + 1)

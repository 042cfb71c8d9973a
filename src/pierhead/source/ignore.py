"""What is left out of a release: fixed names, .gitignore, .dockerignore, .pierheadignore."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pathspec import GitIgnoreSpec

# Made by tools and made again by them; never walked, whatever an ignore file says.
ALWAYS = frozenset(
    {
        ".git", ".hg", ".svn", ".pierhead", ".DS_Store",
        "node_modules", ".parcel-cache", ".turbo",
        "__pycache__", ".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache",
        ".hypothesis", ".ipynb_checkpoints", ".import_linter_cache",
    }
)  # fmt: skip

# A .dockerignore is written for an image whose Dockerfile says how to start and which version of
# the language there is. Here these files say it, so a .dockerignore does not take them away.
_SAYS_HOW_TO_RUN = frozenset(
    {
        "pierhead.toml", "Procfile", "runtime.txt",
        ".python-version", ".nvmrc", ".node-version", ".tool-versions",
    }
)  # fmt: skip

_GLOB = re.compile(r"[*?\[\\]")
LONGEST = 1 << 20  # bytes of an ignore file; a million is far beyond any written by hand


@dataclass(frozen=True, slots=True)
class _File:
    """One ignore file: the folder it speaks of (empty, or ending in `/`) and its patterns."""

    base: str
    spec: GitIgnoreSpec

    def verdict(self, path: str) -> bool | None:
        """True to leave it out, False to keep it, None if it says nothing."""
        if not path.startswith(self.base):
            return None
        return self.spec.check_file(path[len(self.base) :]).include


@dataclass(frozen=True, slots=True)
class Rules:
    """The ignore files that count for a folder.

    The last one that says anything decides: .gitignore from the outermost to the innermost,
    then .dockerignore, then .pierheadignore, which can keep (`!dist/`) what others leave out.

    Attributes:
        reach: the fixed beginnings of the patterns that keep something inside an ignored folder.
    """

    git: tuple[_File, ...] = ()
    docker: _File | None = None
    own: _File | None = None
    reach: tuple[str, ...] = ()

    def ignores(self, path: str, *, folder: bool) -> bool:
        """Whether a path is left out."""
        asked = f"{path}/" if folder else path
        if self.own and (said := self.own.verdict(asked)) is not None:
            return said
        if self.docker and path not in _SAYS_HOW_TO_RUN:
            said = self.docker.verdict(asked)
            if said is not None:
                return said
        for file in reversed(self.git):
            said = file.verdict(asked)
            if said is not None:
                return said
        return False

    def reaches_into(self, folder: str) -> bool:
        """Whether something in an ignored folder may be kept all the same."""
        inside = f"{folder}/"
        return any(start.startswith(inside) or inside.startswith(start) for start in self.reach)

    def entering(self, folder: str, read: Callable[[str], str | None]) -> Rules:
        """The rules inside a folder, whose own .gitignore comes on top.

        Args:
            folder: the path, empty for the root.
            read: gives the text of a file by its path, or None if there is none.
        """
        base = f"{folder}/" if folder else ""
        text = read(f"{base}.gitignore")
        if text is None:
            return self
        return replace(self, git=(*self.git, _File(base, _compile(text.splitlines()))))


def root_rules(read: Callable[[str], str | None]) -> Rules:
    """The rules of the root folder's .dockerignore and .pierheadignore."""
    docker = [_as_gitignore(line) for line in (read(".dockerignore") or "").splitlines()]
    own = (read(".pierheadignore") or "").splitlines()
    return Rules(
        docker=_File("", _compile(docker)) if docker else None,
        own=_File("", _compile(own)) if own else None,
        reach=tuple(sorted(set(_reach([*docker, *own])))),
    )


def _as_gitignore(line: str) -> str:
    """A line of a .dockerignore, whose patterns all start at the root, in Git's terms."""
    text = line.strip()
    if not text or text.startswith("#"):
        return ""
    mark = "!" if text.startswith("!") else ""
    pattern = text.removeprefix("!").strip().removeprefix("./").strip("/")
    return f"{mark}/{pattern}" if pattern not in ("", ".") else ""


def _reach(lines: Iterable[str]) -> Iterable[str]:
    """Where each `!` line with an inner `/` begins; one without reaches into no ignored folder."""
    for line in lines:
        pattern = line.strip()
        if not pattern.startswith("!") or "/" not in pattern.rstrip("/"):
            continue
        parts = pattern[1:].strip("/").split("/")
        fixed = next((n for n, part in enumerate(parts) if _GLOB.search(part)), len(parts))
        yield "".join(f"{part}/" for part in parts[:fixed])


def _compile(lines: Iterable[str]) -> GitIgnoreSpec:
    """The patterns; one that Git could not read says nothing, as in Git."""
    good = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        good.append(line)
    return GitIgnoreSpec.from_lines(good)


def text_of(data: bytes) -> str | None:
    """The text of an ignore file, or None if it is too long to be one."""
    return None if len(data) > LONGEST else data.decode("utf-8-sig", errors="replace")

"""What is left out of a release: fixed names, .gitignore, .dockerignore, .pierheadignore."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

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
IGNORE_HINT = "leave it out with a line in .pierheadignore"
LONGEST = 1 << 20  # bytes of an ignore file; a million is far beyond any written by hand


@dataclass(frozen=True, slots=True)
class _File:
    """One ignore file: the folder it speaks of (empty, or ending in `/`) and its patterns.

    Each pattern is an expression for whole paths and whether it ignores; the last one is first.
    """

    base: str
    patterns: tuple[tuple[re.Pattern[str], bool], ...]

    def verdict(self, path: str) -> bool | None:
        """True to leave it out, False to keep it, None if it says nothing of this very path."""
        rest = path[len(self.base) :]
        for pattern, ignores in self.patterns:
            if pattern.fullmatch(rest):
                return ignores
        return None


@dataclass(frozen=True, slots=True)
class Rules:
    """The ignore files that count in a folder.

    The last one that says anything decides: .gitignore from the outermost to the innermost,
    then .dockerignore, then .pierheadignore, which can keep (`!dist/`) what others leave out.
    What is in an ignored folder is ignored, unless one of the latter two keeps it.

    Attributes:
        reach: the fixed beginnings of the patterns that keep something inside an ignored folder.
        ignored: whether the folder itself is.
    """

    git: tuple[_File, ...] = ()
    docker: _File = _File("", ())
    own: _File = _File("", ())
    reach: tuple[str, ...] = ()
    ignored: bool = False

    def ignores(self, path: str, *, folder: bool) -> bool:
        """Whether something in this folder is left out."""
        asked = f"{path}/" if folder else path
        if (said := self.own.verdict(asked)) is not None:
            return said
        if path not in _SAYS_HOW_TO_RUN and (said := self.docker.verdict(asked)) is not None:
            return said
        if self.ignored:
            return True
        verdicts = (file.verdict(asked) for file in reversed(self.git))
        return next((said for said in verdicts if said is not None), False)

    def reaches_into(self, folder: str) -> bool:
        """Whether something in an ignored folder may be kept all the same."""
        inside = f"{folder}/"
        return any(start.startswith(inside) or inside.startswith(start) for start in self.reach)

    def entering(self, folder: str, ignored: bool, read: Callable[[str], str | None]) -> Rules:
        """The rules inside a folder, whose own .gitignore comes on top.

        Args:
            folder: the path, empty for the root.
            ignored: whether it is left out; Git does not read its .gitignore then.
            read: gives the text of a file by its path, or None if there is none.
        """
        base = f"{folder}/" if folder else ""
        text = None if ignored else read(f"{base}.gitignore")
        if text is None:
            return replace(self, ignored=ignored)
        return replace(self, ignored=False, git=(*self.git, _compile(base, text.splitlines())))


def root_rules(read: Callable[[str], str | None]) -> Rules:
    """The rules of the root folder's .dockerignore and .pierheadignore."""
    docker = [_as_gitignore(line) for line in (read(".dockerignore") or "").splitlines()]
    own = (read(".pierheadignore") or "").splitlines()
    return Rules(
        docker=_compile("", docker),
        own=_compile("", own),
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


def _compile(base: str, lines: Iterable[str]) -> _File:
    """The patterns; one that Git could not read says nothing, as in Git."""
    patterns: list[tuple[re.Pattern[str], bool]] = []
    for line in lines:
        with suppress(ValueError):
            pattern = GitIgnoreSpecPattern(_plain(line))
            if pattern.regex is not None and pattern.include is not None:
                patterns.append((pattern.regex, pattern.include))
    return _File(base, tuple(reversed(patterns)))


def _plain(line: str) -> str:
    """The pattern in a form whose expression matches the whole of what it speaks of.

    pathspec looks for a match at the beginning of a path, and for `*` and `/**` at its first
    letters. We walk from folder to folder as Git does, so each path must be matched by itself.
    """
    mark, body = ("!", line[1:].rstrip()) if line.startswith("!") else ("", line.rstrip())
    folders = "/" if body.endswith("/") else ""
    anywhere = body.lstrip("/") if body.startswith("/**") else body
    while anywhere.startswith("**/**"):
        anywhere = anywhere.removeprefix("**/")
    if anywhere.rstrip("/") in ("*", "**", "**/*"):
        return f"{mark}?*{folders}"
    if anywhere.rstrip("/").endswith("/**"):
        return f"{mark}{anywhere.rstrip('/')}/?*{folders}"
    return line


def text_of(data: bytes) -> str | None:
    """The text of an ignore file, or None if it is too long to be one."""
    return None if len(data) > LONGEST else data.decode("utf-8-sig", errors="replace")

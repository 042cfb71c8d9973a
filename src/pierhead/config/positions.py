"""On which line each key of a TOML text stands: the parser of the standard library forgets it."""

from __future__ import annotations

import re
from collections.abc import Iterable

Path = tuple[str, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEY = rf"\s*{_PART}(?:\s*\.\s*{_PART})*\s*"
_HEADER = re.compile(rf"\s*\[\[?({_KEY})\]\]?")
_ASSIGNMENT = re.compile(rf"({_KEY})=")
_TOKEN = re.compile(r"""\"{3}|'{3}|"(?:[^"\\]|\\.)*"|'[^']*'|\#.*|[\[\]{}]""")


class Positions:
    """Lines by key path, such as `("service", "port")`."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        table: Path = ()
        state = _Value()
        for number, line in enumerate(text.splitlines(), 1):
            if state.open:
                state.read(line)
            elif header := _HEADER.match(line):
                table = _parts(header[1])
                self._note(table, number)
            elif assignment := _ASSIGNMENT.match(line):
                self._note((*table, *_parts(assignment[1])), number)
                state.read(line[assignment.end() :])

    def _note(self, path: Path, number: int) -> None:
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], number)

    def line(self, path: Iterable[object]) -> int:
        """The line of a key; that of the nearest table around it, or 1, if it has none."""
        wanted = tuple(str(part) for part in path)
        for length in range(len(wanted), 0, -1):
            if wanted[:length] in self._lines:
                return self._lines[wanted[:length]]
        return 1


class _Value:
    """Whether a value goes on over the end of its line."""

    def __init__(self) -> None:
        self._quote = ""
        self._depth = 0

    @property
    def open(self) -> bool:
        return bool(self._quote) or self._depth > 0

    def read(self, text: str) -> None:
        at = 0
        while at < len(text):
            if self._quote:
                end = text.find(self._quote, at)
                if end < 0:
                    return
                at, self._quote = end + 3, ""
                continue
            match = _TOKEN.search(text, at)
            if not match:
                return
            at, mark = match.end(), match[0]
            if mark in ('"""', "'''"):
                self._quote = mark
            elif mark in "[{":
                self._depth += 1
            elif mark in "]}":
                self._depth = max(0, self._depth - 1)


def _parts(key: str) -> Path:
    return tuple(part.strip("\"'") for part in re.findall(_PART, key))

"""Which paths may be written: hostile until proven otherwise."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from pierhead.errors import UnsafePath

MAX_COMPONENT_BYTES = 255  # NAME_MAX of every Linux file system in use
MAX_DEPTH = 200  # one open directory handle a level, far below the usual limit of 1024

_RESERVED = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{port}{digit}" for port in ("COM", "LPT") for digit in "123456789¹²³"]
)
_DRIVE = re.compile(r"[A-Za-z]:")
# C0 and C1 controls, line and paragraph separators, and the marks that turn text around.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class PathRules:
    """How strict to be.

    Attributes:
        portable: refuse also what another system could not hold, or would read as another path:
            Windows names, control characters, names that differ by case or normalisation alone.
        max_bytes: length of a whole relative path.
    """

    portable: bool
    max_bytes: int


# A folder of the user's own exists already, so only what is unsafe is refused. PATH_MAX is 4096.
LOCAL = PathRules(portable=False, max_bytes=3500)
# A bundle comes from elsewhere and goes elsewhere. 1024 is PATH_MAX of macOS.
PORTABLE = PathRules(portable=True, max_bytes=1000)


def refuse(path: str, rule: str, reason: str) -> UnsafePath:
    """The error for a path that breaks a rule: names both, fit for any terminal."""
    shown = ascii(path) if not path.isprintable() else repr(path)
    if len(shown) > 200:
        shown = f"{shown[:120]}...{shown[-60:]}"
    return UnsafePath(
        f"the path {shown} {reason}",
        hint="rename it in the bundle or folder; nothing was written",
        details={"path": ascii(path)[1:-1] if not path.isprintable() else path, "rule": rule},
    )


def check_path(path: str, rules: PathRules = PORTABLE) -> None:
    """Check one path by itself.

    Raises:
        UnsafePath: naming the path and the rule; `details` has both as `path` and `rule`.
    """
    if broken := _broken_rule(path, rules):
        raise refuse(path, *broken)


def check_paths(paths: Iterable[str], rules: PathRules = PORTABLE) -> None:
    """Check each path, and all of them against one another.

    Raises:
        UnsafePath: naming the first path that breaks a rule, and the other of a pair.
    """
    paths = list(paths)
    for path in paths:
        check_path(path, rules)
    check_together(paths, rules)


def check_together(paths: Iterable[str], rules: PathRules = PORTABLE) -> None:
    """Check paths, each of which is good by itself, against one another.

    Raises:
        UnsafePath: naming one of a pair that cannot both be.
    """
    files: dict[str, str] = {}
    folders: dict[str, str] = {"": ""}
    for path in paths:
        key = _key(path, rules)
        if key in files:
            _clash(path, files[key])
        files[key] = path
        _add_folders(path.rpartition("/")[0], folders, rules)
    for key in files.keys() & folders.keys():
        raise refuse(files[key], "file-and-folder", "is a file and also the folder of another file")


def _add_folders(folder: str, folders: dict[str, str], rules: PathRules) -> None:
    while True:
        key = _key(folder, rules)
        known = folders.get(key)
        if known is not None:
            if known != folder:
                _clash(folder, known)
            return
        folders[key] = folder
        folder = folder.rpartition("/")[0]


def _clash(path: str, other: str) -> None:
    if path == other:
        raise refuse(path, "duplicate", "is there twice")
    raise refuse(
        path, "name-clash", f"and {other!a} are one name where case or unicode form do not count"
    )


def _key(path: str, rules: PathRules) -> str:
    if not rules.portable:
        return path
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _broken_rule(path: str, rules: PathRules) -> tuple[str, str] | None:
    if broken := _not_relative(path):
        return broken
    try:
        size = len(path.encode() if rules.portable else os.fsencode(path))
    except UnicodeEncodeError:
        return "not-unicode", "is not valid unicode"
    if size > rules.max_bytes:
        return "too-long", f"has {size} bytes: at most {rules.max_bytes} are possible"
    if rules.portable and (broken := _unportable(path)):
        return broken
    parts = path.split("/")
    if len(parts) > MAX_DEPTH:
        return "too-deep", f"has {len(parts)} levels: at most {MAX_DEPTH} are possible"
    return next(filter(None, (_broken_part(part, rules) for part in parts)), None)


def _not_relative(path: str) -> tuple[str, str] | None:
    if not path:
        return "empty", "is empty"
    if "\0" in path:
        return "nul", "has a NUL character"
    if path.startswith(("\\\\", "//")):
        return "unc", "is a network path (UNC): a path relative to the project is needed"
    if path.startswith("/"):
        return "absolute", "is absolute: a path relative to the project is needed"
    return None


def _unportable(path: str) -> tuple[str, str] | None:
    if "\\" in path:
        return "backslash", "has a backslash: write / between folders"
    if _DRIVE.match(path):
        return "drive-letter", "begins with a drive letter"
    if found := _UNPRINTABLE.search(path):
        return "control-character", f"has the control character {found[0]!a} (such as a newline)"
    return None


def _broken_part(part: str, rules: PathRules) -> tuple[str, str] | None:
    if part == "..":
        return "parent", "has '..': a path may not go up"
    if part in {"", "."}:
        return "empty-part", f"has the part {part!r}, which names no file"
    if len(part) * 4 > MAX_COMPONENT_BYTES and len(os.fsencode(part)) > MAX_COMPONENT_BYTES:
        return "name-too-long", f"has a name of more than {MAX_COMPONENT_BYTES} bytes"
    if rules.portable and part[-1] in ". ":
        return "trailing-dot", "has a name that ends in a dot or a space"
    if rules.portable and part.partition(".")[0].rstrip().upper() in _RESERVED:
        return "reserved-name", f"has the name {part!r}, which Windows keeps for a device"
    return None

"""Which Python a project asks for."""

from __future__ import annotations

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from pierhead.detect.python.declared import Declared
from pierhead.detect.tree import Tree
from pierhead.domain.stack import Evidence

_VERSION = re.compile(r"(?:c?python[-@ ]?)?(\d)(?:\.(\d{1,2}))?(?:\.\d+)?(?:\.\*)?", re.IGNORECASE)
_FILES = (
    (".python-version", r"^\s*([^#\s]+)"),
    ("runtime.txt", r"^\s*(python-\S+)"),
    (".tool-versions", r"^\s*python\s+(\S+)"),
    ("mise.toml", r"""^\s*python\s*=\s*["']([^"']+)"""),
    (".mise.toml", r"""^\s*python\s*=\s*["']([^"']+)"""),
)


def python_runtime(tree: Tree, declared: Declared | None) -> tuple[str | None, Evidence | None]:
    """The version asked for, and where.

    A pinned patch release is answered as its minor one (`3.11.4` as `3.11`): patch releases are
    compatible, and an exact one is often not to be had. A range stays a PEP 440 specifier.
    """
    for path, pattern in _FILES:
        for match in re.finditer(pattern, tree.text(path), re.MULTILINE):
            if version := _minor(match[1]):
                line = tree.text(path).count("\n", 0, match.start(1)) + 1
                return version, Evidence(path, f"asks for Python {match[1]}", line)
    asked = declared.runtime if declared else None
    if declared is None or not asked:
        return None, None
    version = _minor(asked) or _range(asked)
    return version, Evidence(declared.source, f"asks for Python {asked}") if version else None


def _minor(text: str) -> str | None:
    match = _VERSION.fullmatch(text.strip())
    if not match or match[1] not in "23":
        return None
    return f"{match[1]}.{match[2]}" if match[2] else None


def _range(text: str) -> str | None:
    try:
        specifiers = SpecifierSet(text)
    except InvalidSpecifier:
        return None
    return ",".join(sorted(str(s) for s in specifiers)) or None

"""TOML manifests that may be broken."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from pierhead.detect.tree import LOCK_LIMIT, Tree
from pierhead.domain.stack import Evidence

# Lists of archives with their hashes: nine tenths of a lock file, and nothing that is asked for.
_ARCHIVES = re.compile(r"(?m)^(?:files|wheels) = \[\n(?:[ \t][^\n]*\n)*\]$")


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")  # what follows keeps its line


def read_toml(tree: Tree, path: str) -> tuple[dict[str, Any], Evidence | None]:
    """A file's table, empty if it is missing or broken, and what is wrong with it."""
    if not tree.has(path):
        return {}, None
    text = tree.text(path, LOCK_LIMIT)
    try:
        return tomllib.loads(_ARCHIVES.sub(_blank, text) if path.endswith(".lock") else text), None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else None
        return {}, Evidence(path, f"is not valid TOML: {error}", line)


def table(value: object, *keys: str) -> dict[str, Any]:
    """The table at these keys; empty if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}

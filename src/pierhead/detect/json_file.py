"""JSON manifests that may be broken or hold comments."""

from __future__ import annotations

import json
import re
from typing import Any

from pierhead.detect.tree import Tree
from pierhead.domain.stack import Evidence

# A string is passed over whole, so that `//` in an address is no comment.
_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_LAST_COMMA = re.compile(r'("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])')


def read_json(tree: Tree, path: str) -> tuple[dict[str, Any], Evidence | None]:
    """A file's object, empty if it is missing or broken, and what is wrong with it."""
    if not tree.has(path):
        return {}, None
    text = tree.text(path)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as strict:
        try:
            document = json.loads(plain_json(text))
        except (ValueError, RecursionError) as loose:
            error = loose if "//" in text or "/*" in text else strict
            said = (
                f"is not valid JSON: {error}" if text.strip() else "is empty or too large to read"
            )
            return {}, Evidence(path, said, getattr(error, "lineno", None))
    if not isinstance(document, dict):
        return {}, Evidence(path, "is not a JSON object", 1)
    return document, None


def plain_json(text: str) -> str:
    """JSON without the comments and last commas that JSONC allows; lines keep their numbers."""

    def blank(match: re.Match[str]) -> str:
        return match[1] or "\n" * match[0].count("\n")

    return _LAST_COMMA.sub(lambda m: m[1] or "", _COMMENT.sub(blank, text))


def texts(value: object) -> dict[str, str]:
    """The entries of an object whose values are text; empty for anything else."""
    if not isinstance(value, dict):
        return {}
    return {k: v for k, v in value.items() if isinstance(k, str) and isinstance(v, str)}

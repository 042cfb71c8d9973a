"""What source code of any language says about its port and its health route."""

from __future__ import annotations

import re
from collections.abc import Iterable

_HEALTH = re.compile(
    r"""["'`](/(?:api/)?(?:healthz?|health[-_]?check|livez|readyz|_health|health/live(?:ness)?|ping))/?["'`]"""
)
# Words of lines that define a route rather than call one.
_ROUTING = re.compile(
    r"(?i)\b(?:get|route|router|handle|handlefunc|map|mapget|maphealthchecks|path|mapping|add_url_rule|"
    r"resource|service|any|head|register)\w*\s*[(\[<!\"']|@\w|\.get|=>"
)
_CLIENT = re.compile(r"https?://|fetch\(|axios|http\.Get\(|requests\.|HttpClient")


def health_route(texts: Iterable[str]) -> str | None:
    """The path of a health route that some text defines; `/health` before `/ping`."""
    found: set[str] = set()
    for text in texts:
        for match in _HEALTH.finditer(text):
            start = text.rfind("\n", 0, match.start()) + 1
            line = text[start : match.end()]
            if _ROUTING.search(line) and not _CLIENT.search(line):
                found.add(match[1])
    return min(found, key=lambda path: ("health" not in path, len(path), path)) if found else None


def fixed_port(texts: Iterable[str], pattern: re.Pattern[str]) -> int | None:
    """The one port that the texts insist on, or None: they read PORT, or name several.

    Args:
        texts: source files.
        pattern: its first group is the number where a server is told to listen.
    """
    ports: set[int] = set()
    for text in texts:
        if re.search(r"""["'`]PORT["'`]|\$\{?PORT\b|ENV\.PORT""", text):
            return None
        ports |= {int(m[1]) for m in pattern.finditer(text) if 0 < int(m[1]) < 65536}
    return next(iter(ports)) if len(ports) == 1 else None

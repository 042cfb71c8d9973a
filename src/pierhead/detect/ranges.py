"""Which releases a version range allows, in the notations of the package managers."""

from __future__ import annotations

import re

Version = tuple[int, ...]
_PART = re.compile(
    r"(\^|~>|~=|~|>=|<=|==|===|!=|=|>|<)?\s*v?(\d+(?:\.(?:\d+|[xX*]))*)(?:[-+@][\w.-]*)?"
)
_HYPHEN = re.compile(r"v?(\d+(?:\.\d+)*)\s+-\s+v?(\d+(?:\.\d+)*)")


def version(text: str) -> Version:
    """The leading numbers of a version: `3.12.1-rc` gives (3, 12, 1)."""
    match = re.match(r"\D{0,12}(\d{1,5}(?:\.\d{1,5}){0,3})", text)
    return tuple(int(n) for n in match[1].split(".")) if match else ()


def allows(text: str, release: Version, *, loose_tilde: bool = True) -> bool:
    """Whether a range allows some patch of this release; a text without a number allows all.

    Args:
        text: `^8.2`, `>=3.11,<3.13`, `18.x || 20`, `~> 3.2`, `1.2 - 1.4`.
        release: its numbers, such as (3, 12).
        loose_tilde: `~1.2` allows 1.3, as Composer reads it; npm does not.
    """
    alternatives = re.split(r"\|\|?", text[:200])
    return any(_all(part, release, loose_tilde) for part in alternatives)


def _all(text: str, release: Version, loose_tilde: bool) -> bool:
    if span := _HYPHEN.search(text):
        return version(span[1])[: len(release)] <= release <= version(span[2])[: len(release)]
    return all(_one(m[1] or "", m[2], release, loose_tilde) for m in _PART.finditer(text))


def _one(operator: str, number: str, release: Version, loose_tilde: bool) -> bool:
    exact = "x" not in number.lower() and "*" not in number
    wanted = tuple(int(n) for n in number.split(".") if n.isdigit() and len(n) < 6)
    near = wanted[: len(release)]
    if operator in ("", "=", "==", "===") or not exact:
        known = release[: len(near)]
        return known >= near if operator.startswith(">") else known == near
    if operator == "!=":
        return True  # of a release, some patch is allowed
    if operator in (">", ">="):
        return release >= near
    if operator in ("<", "<="):
        inside = any(wanted[len(release) :])  # `<3.12.5` allows patches of 3.12
        return release <= near if operator == "<=" or inside else _below(release, wanted)
    return release >= near and release[: len(_kept(operator, wanted, loose_tilde))] == tuple(
        _kept(operator, wanted, loose_tilde)[: len(release)]
    )


def _below(release: Version, wanted: Version) -> bool:
    return release < wanted[: len(release)] + (0,) * (len(release) - len(wanted))


def _kept(operator: str, wanted: Version, loose_tilde: bool) -> Version:
    """The leading numbers that may not change."""
    if operator == "^":
        return wanted[:2] if wanted[:1] == (0,) else wanted[:1]
    if operator == "~" and not loose_tilde:
        return wanted[:2]
    return wanted[:-1] if len(wanted) > 1 else wanted

"""Poetry's and PDM's own tables, in the terms of PEP 508 and PEP 440."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from pierhead.detect.python.declared import requirement


def specifier(text: str) -> str | None:
    """A constraint such as `^1.2`, `~3.4`, `2.*` or `>=1,<3` as PEP 440; None if unreadable.

    Of alternatives (`^1 || ^2`) the last is taken: PEP 440 has no "or".
    """
    parts = [part.strip() for part in text.rpartition("||")[2].replace(" ", ",").split(",")]
    joined = re.sub(r"([<>=!~^])\s*,", r"\1", ",".join(part for part in parts if part))
    translated = [_one(part) for part in joined.split(",") if part and part != "*"]
    try:
        return str(SpecifierSet(",".join(translated)))
    except InvalidSpecifier:
        return None


def _one(part: str) -> str:
    match = re.fullmatch(r"(\^|~(?!=))(\d+(?:\.\d+)*)(.*)", part)
    if not match:
        return part if part[0] in "<>=!~" else f"=={part}"
    numbers = [int(number) for number in match[2].split(".")]
    if match[1] == "^":
        # The first number that is not 0 may not change.
        place = next((i for i, n in enumerate(numbers) if n), len(numbers) - 1)
    else:
        place = min(1, len(numbers) - 1)
    upper = [*numbers[:place], numbers[place] + 1]
    return f">={match[2]}{match[3]},<{'.'.join(map(str, upper))}"


def poetry_requirements(table: Mapping[str, Any]) -> tuple[Requirement, ...]:
    """The requirements of `[tool.poetry.dependencies]`, optional ones and Python left out."""
    found = (
        poetry_requirement(name, value) for name, value in table.items() if name.lower() != "python"
    )
    return tuple(r for r in found if r is not None)


def poetry_requirement(name: str, value: object) -> Requirement | None:
    """One entry of Poetry's or Pipenv's tables as PEP 508, or None."""
    if isinstance(value, list):  # several by marker: the last is for the newest Python
        value = value[-1] if value else "*"
    if isinstance(value, str):
        return requirement(f"{name}{specifier(value) or ''}")
    if not isinstance(value, dict) or value.get("optional") is True:
        return None
    extras = value.get("extras")
    inner = ",".join(e for e in extras if isinstance(e, str)) if isinstance(extras, list) else ""
    head = f"{name}[{inner}]" if inner else name
    tail = f" ; {value['markers']}" if isinstance(value.get("markers"), str) else ""
    if isinstance(value.get("git"), str):
        at = next((value[k] for k in ("rev", "ref", "tag", "branch") if value.get(k)), None)
        return requirement(f"{head} @ git+{value['git']}{f'@{at}' if at else ''}{tail}")
    if isinstance(value.get("url"), str):
        return requirement(f"{head} @ {value['url']}{tail}")
    if "path" in value:
        return None
    version = value.get("version", "*")
    written = specifier(version) if isinstance(version, str) else ""
    return requirement(f"{head}{written or ''}{tail}")

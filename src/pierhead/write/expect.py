"""What a bundle is expected to hold: a promise of its maker, checked before anything is seen."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pierhead.errors import InvalidInput, NotFound
from pierhead.write.categories import CATEGORIES
from pierhead.write.report import CategoryCount

_NUMBERS = ("min_files", "max_files", "min_bytes", "min_lines")


@dataclass(frozen=True, slots=True)
class Expectations:
    """What to expect of the files of a bundle; 0 and empty ask for nothing.

    Attributes:
        min_files, max_files: how many files, links not counted.
        min_bytes, min_lines: of all files together.
        required: paths that must be there.
        categories: category -> how many files of it at least.
    """

    min_files: int = 0
    max_files: int = 0
    min_bytes: int = 0
    min_lines: int = 0
    required: tuple[str, ...] = ()
    categories: Mapping[str, int] = field(default_factory=dict)

    def unmet(self, paths: set[str], counts: Mapping[str, CategoryCount]) -> list[str]:
        """Every expectation that these files do not meet, as a sentence."""
        sums = {
            "files": sum(count.files for count in counts.values()),
            "bytes": sum(count.bytes for count in counts.values()),
            "lines": sum(count.lines for count in counts.values()),
        }
        unmet = [
            f"{found:,} {word}, at least {least:,} expected"
            for word, found in sums.items()
            if found < (least := getattr(self, f"min_{word}"))
        ]
        if 0 < self.max_files < sums["files"]:
            unmet.append(f"{sums['files']:,} files, at most {self.max_files:,} expected")
        unmet += [f"{path} is missing" for path in self.required if path not in paths]
        for category, least in self.categories.items():
            found = counts.get(category, CategoryCount()).files
            if found < least:
                unmet.append(f"{found} files of {category}, at least {least} expected")
        return unmet

    def check(self, paths: set[str], counts: Mapping[str, CategoryCount]) -> None:
        """Check the files of a bundle.

        Raises:
            InvalidInput: naming all that is not met; `details["unmet"]` lists it.
        """
        if unmet := self.unmet(paths, counts):
            raise InvalidInput(
                f"the bundle is not what was expected: {'; '.join(unmet)}",
                hint="mend the bundle or the expectations; nothing was written",
                details={"rule": "expectations", "unmet": unmet},
            )


def load_expectations(path: Path) -> Expectations:
    """Read expectations from a TOML file.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it has a mistake; names the key.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}", where=str(path)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"the expectations cannot be read: {error}", where=str(path)) from None
    return parse_expectations(document, str(path))


def parse_expectations(document: Mapping[str, Any], where: str = "expectations") -> Expectations:
    """Expectations from plain data, with the names of `Expectations`.

    Raises:
        InvalidInput: an unknown key or a value of the wrong kind.
    """
    known = [each.name for each in fields(Expectations)]
    for key, value in document.items():
        if key not in known:
            raise _wrong(where, f"{key!a} is not known", f"known are {', '.join(known)}")
        if key in _NUMBERS and not _is_count(value):
            raise _wrong(where, f"{key} is {value!r}", "a number from 0 is needed")
    required = document.get("required", [])
    if not isinstance(required, list) or not all(isinstance(path, str) for path in required):
        raise _wrong(where, "required is not a list of paths", 'required = ["requirements.txt"]')
    categories = document.get("categories", {})
    if not isinstance(categories, Mapping):
        raise _wrong(where, "categories is not a table", "[categories] then models = 3")
    for name, least in categories.items():
        if name not in CATEGORIES or not _is_count(least):
            raise _wrong(where, f"categories.{name} = {least!r}", f"one of {', '.join(CATEGORIES)}")
    numbers = {key: document[key] for key in _NUMBERS if key in document}
    return Expectations(**numbers, required=tuple(required), categories=dict(categories))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _wrong(where: str, message: str, hint: str) -> InvalidInput:
    return InvalidInput(message, hint=hint, where=where)

"""Reading pierhead.toml: all that is wrong with it at once, each with its line and a way out."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import asdict, dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pierhead.config.model import Config
from pierhead.config.positions import Positions
from pierhead.errors import ConfigError

FILE_NAME = "pierhead.toml"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        line: in the file, from 1.
        key: `[service] port`, or an empty text where the file as a whole is meant.
        fix: what to do about it, or an empty text.
    """

    file: str
    line: int
    key: str
    problem: str
    fix: str = ""

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        return f"{self.file}:{self.line}: {key}{self.problem}"


def load_config(text: str, *, path: str = FILE_NAME) -> Config:
    """The configuration that a text holds; an empty text is a valid one.

    Args:
        text: TOML.
        path: the file's name in messages.

    Raises:
        ConfigError: with every problem, a line each; `details["errors"]` has them as data.
    """
    try:
        document = tomllib.loads(text.removeprefix("\ufeff"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _error([_syntax(text, str(error), path)]) from None
    try:
        return Config.model_validate(document)
    except ValidationError as error:
        positions = Positions(text)
        found = [_problem(detail, positions, path) for detail in error.errors(include_url=False)]
        raise _error(sorted(found, key=lambda p: (p.line, p.key))) from None


def _error(problems: list[Problem]) -> ConfigError:
    fixes = [problem.fix for problem in problems if problem.fix]
    return ConfigError(
        "\n".join(map(str, problems)),
        hint=fixes[0] if len(problems) == 1 and fixes else None,
        details={"errors": [asdict(problem) for problem in problems]},
    )


def _syntax(text: str, message: str, path: str) -> Problem:
    match = re.search(r"\s*\(at line (\d+), column (\d+)\)", message)
    line = int(match[1]) if match else text.count("\n") + 1
    said = message[: match.start()] if match else message.removesuffix(" (at end of document)")
    fix = "put texts in quotes" if "Invalid value" in said else ""
    return Problem(path, line, "", f"not valid TOML: {said[:1].lower()}{said[1:]}", fix)


def _problem(detail: ErrorDetails, positions: Positions, path: str) -> Problem:
    # "[key]" marks an error of a key itself, not of its value.
    location = tuple(str(part) for part in detail["loc"] if part != "[key]")
    line = positions.line(location)
    if detail["type"] == "extra_forbidden":
        near = nearest(location[-1], known_keys(location[:-1]))
        fix = f"write {near!r} instead of {location[-1]!r}" if near else "remove it"
        said = f"unknown key; did you mean {near!r}?" if near else "unknown key"
        where = f"[{shown(location)}]" if isinstance(detail["input"], dict) else shown(location)
        return Problem(path, line, where, said, fix)
    message = detail["msg"].removeprefix("Value error, ")
    return Problem(path, line, shown(location), _plain(detail, message))


_KINDS = {
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "dict_type": "must be a table of names and values",
    "int_type": "must be a whole number",
    "string_type": "must be a text in quotes",
    "tuple_type": "must be a list",
    "bool_type": "must be true or false",
    "string_too_short": "must not be empty",
}


def _plain(detail: ErrorDetails, message: str) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _KINDS:
        return _KINDS[kind]
    if kind == "enum":
        return f"must be {context['expected']}, not {detail['input']!r}"
    if kind in ("greater_than_equal", "less_than_equal"):
        side = "at least" if kind == "greater_than_equal" else "at most"
        return f"must be {side} {context.get('ge', context.get('le'))}, not {detail['input']!r}"
    if kind == "string_pattern_mismatch":
        return "must be http or https"
    return message


def shown(location: tuple[str, ...]) -> str:
    """A key as people write it: `name`, `[service] port`, `[service.limits] memory`."""
    names = [part for part in location if not part.isdigit()]
    if len(names) < 2:
        return f"[{names[0]}]" if names and _is_table(names[0]) else "".join(names)
    if _model_at(tuple(names)) is not None:
        return f"[{'.'.join(names)}]"
    return f"[{'.'.join(names[:-1])}] {names[-1]}"


def _is_table(name: str) -> bool:
    return name in ("env", "processes") or _model_at((name,)) is not None


def _model_at(location: tuple[str, ...]) -> type[BaseModel] | None:
    """The model of a table, or None if there is none at this place."""
    model: type[BaseModel] | None = Config
    for part in location:
        field = model.model_fields.get(part) if model else None
        kinds: list[Any] = [field.annotation, *get_args(field.annotation)] if field else []
        model = next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)
    return model


def known_keys(location: tuple[str, ...]) -> list[str]:
    """The keys of the table at a place, sorted."""
    model = _model_at(location)
    return sorted(model.model_fields) if model else []


def nearest(name: str, known: list[str]) -> str | None:
    """The known name most like this one, or None if none is like it."""
    return next(iter(difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)), None)

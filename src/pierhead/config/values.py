"""Values as people write them in pierhead.toml, and what they mean."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PROCESS = re.compile(r"[a-z][a-z0-9-]{0,30}")
MAX_SECONDS = 86_400.0


def seconds(value: object) -> float:
    """Seconds of a number or of a text such as `30s`, `10m`, `500ms`; at most a day."""
    found: float | None = None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        found = float(value)
    elif isinstance(value, str) and (match := _DURATION.fullmatch(value.strip())):
        found = float(match[1]) * _SECONDS[match[2] or "s"]
    if found is None:
        raise ValueError('must be seconds as a number, or a text such as "30s" or "10m"')
    if not 0 <= found <= MAX_SECONDS:
        raise ValueError("must be from 0 to 24 hours")
    return found


def size(value: object) -> int:
    """Bytes of a whole number or of a text such as `512M` or `1.5G` (powers of 1024)."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    count = int(float(match[1]) * 1024 ** " KMGT".index(match[2].upper() or " ")) if match else 0
    if count <= 0:
        raise ValueError('must be bytes as a whole number, or a text such as "512M" or "1G"')
    return count


def relative_path(value: object) -> str:
    """A path below the release, in its plain form (`./a//b/` is `a/b`, the folder itself `.`)."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a path, relative to the project's folder")
    parts = [part for part in value.split("/") if part not in ("", ".")]
    if value.startswith(("/", "~")) or ".." in parts or "\\" in value or "\0" in value:
        raise ValueError("must stay below the project's folder: no /, ~, .. or backslash")
    return "/".join(parts) or "."


def inner_path(value: object) -> str:
    """Such a path that is not the folder itself."""
    path = relative_path(value)
    if path == ".":
        raise ValueError("must be a file or folder below the project's folder, not the folder")
    return path


def lines(value: object) -> tuple[str, ...]:
    """Command lines, of a text or a list of texts."""
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(x, str) and x.strip() for x in listed):
        raise ValueError("must be a command, or a list of commands")
    return tuple(text.strip() for text in listed)


def line(value: object) -> str:
    """One command line."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a command as one text")
    return value.strip()


def variable_name(name: object) -> str:
    """The name of a variable that a project may set."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a variable name: letters, digits and _ only")
    if name == "PORT":
        raise ValueError("PORT is given to each instance; a fixed one is [service] port")
    if name.upper().startswith("PIERHEAD_"):
        raise ValueError(f"{name} is reserved: names with PIERHEAD_ are set for the service")
    return name


def variable_text(value: object) -> str:
    """The value of a variable; numbers and booleans become text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if not isinstance(value, str):
        raise ValueError("must be a text, a number or a boolean")  # noqa: TRY004 - pydantic's way
    if "\0" in value:
        raise ValueError("must not have a NUL byte in it")
    return value


def process_name(name: str) -> str:
    """The type of a process beside `web`."""
    if name == "web":
        raise ValueError("the web process is [service] command")
    if not _PROCESS.fullmatch(name):
        raise ValueError(f"{name!r} is not a process name: a-z, digits and hyphens, up to 31")
    return name


def _texts_or_text() -> WithJsonSchema:
    text: dict[str, Any] = {"type": "string", "minLength": 1}
    return WithJsonSchema({"anyOf": [text, {"type": "array", "items": text}]})


Seconds = Annotated[
    float, BeforeValidator(seconds), WithJsonSchema({"type": ["number", "string"], "minimum": 0})
]
Size = Annotated[
    int, BeforeValidator(size), WithJsonSchema({"type": ["integer", "string"], "minimum": 1})
]
Path = Annotated[
    str, BeforeValidator(relative_path), WithJsonSchema({"type": "string", "minLength": 1})
]
InnerPath = Annotated[
    str, BeforeValidator(inner_path), WithJsonSchema({"type": "string", "minLength": 1})
]
Line = Annotated[str, BeforeValidator(line), WithJsonSchema({"type": "string", "minLength": 1})]
Lines = Annotated[tuple[str, ...], BeforeValidator(lines), _texts_or_text()]
VariableText = Annotated[
    str,
    BeforeValidator(variable_text),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
VariableName = Annotated[str, BeforeValidator(variable_name)]
ProcessName = Annotated[str, BeforeValidator(process_name)]
Count = Annotated[int, Field(strict=True, ge=1)]

"""The JSON Schema and the reference page of pierhead.toml, made from its models.

`python -m pierhead.config.schema DOCS_FOLDER` writes both.
"""

from __future__ import annotations

import json
import sys
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pierhead.config.model import Config

SCHEMA_FILE = "reference/pierhead.schema.json"
PAGE_FILE = "reference/config.md"


def json_schema() -> dict[str, Any]:
    """The schema that editors check pierhead.toml with (draft 2020-12)."""
    schema = Config.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """The schema as it is written to a file."""
    return json.dumps(json_schema(), indent=2, sort_keys=True) + "\n"


def reference_page() -> str:
    """docs/reference/config.md."""
    parts = [_INTRODUCTION, _section("Top level", Config)]
    for name, field in Config.model_fields.items():
        parts += _tables(name, field)
    return "\n\n".join(parts) + "\n"


_INTRODUCTION = """# pierhead.toml

Every key is optional, and so is the file: what it does not say is detected. Unknown keys are
refused with the nearest known name; every problem is named at once, with its line.

Durations are seconds, or texts such as `"30s"`, `"10m"`, `"500ms"`. Sizes are bytes, or texts such
as `"512M"`, `"1G"` (powers of 1024). Paths are relative to the project's folder and stay below it.
Commands are lines for `/bin/sh`. Editors check the file with
[pierhead.schema.json](pierhead.schema.json).

<!-- Made from src/pierhead/config/model.py by `python -m pierhead.config.schema docs`. -->"""


def _tables(path: str, field: FieldInfo) -> list[str]:
    model = _model(field)
    if model is None:
        if field.annotation and getattr(field.annotation, "__origin__", None) is dict:
            return [f"## [{path}]\n\n{field.description}"]
        return []
    parts = [_section(f"[{path}]", model)]
    for name, inner in model.model_fields.items():
        parts += _tables(f"{path}.{name}", inner)
    return parts


def _section(title: str, model: type[BaseModel]) -> str:
    rows = [
        f"| `{name}` | {_default(field)} | {field.description} |"
        for name, field in model.model_fields.items()
        if _model(field) is None
    ]
    head = ["| key | default | meaning |", "|---|---|---|"]
    return "\n".join([f"## {title}", "", (model.__doc__ or "").strip(), "", *head, *rows])


def _model(field: FieldInfo) -> type[BaseModel] | None:
    kinds = [field.annotation, *get_args(field.annotation)]
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value in (None, (), {}):
        return "-"
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"`{json.dumps(value)}`"


def write(docs: Path) -> None:
    """Write both files below the docs folder."""
    (docs / SCHEMA_FILE).write_text(schema_text())
    (docs / PAGE_FILE).write_text(reference_page())


if __name__ == "__main__":
    write(Path(sys.argv[1]))

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from pierhead.config import load_config
from pierhead.config.schema import PAGE_FILE, SCHEMA_FILE, json_schema, reference_page, schema_text
from pierhead.errors import ConfigError
from unit.config.test_load_config import GOLDEN, WHOLE

DOCS = Path(__file__).parents[3] / "docs"
AGAIN = "stale: run `python -m pierhead.config.schema docs`"


def test_the_schema_file_is_current() -> None:
    assert (DOCS / SCHEMA_FILE).read_text() == schema_text(), AGAIN


def test_the_reference_page_is_current() -> None:
    assert (DOCS / PAGE_FILE).read_text() == reference_page(), AGAIN


def test_every_key_is_described() -> None:
    document = json.loads(schema_text())
    tables = [document, *document["$defs"].values()]
    for table in tables:
        for name, field in table.get("properties", {}).items():
            assert field.get("description") or "$ref" in field, name


def test_the_schema_accepts_what_the_loader_accepts() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tomllib.loads(WHOLE), schema)
    load_config(WHOLE)


@pytest.mark.parametrize(
    "text", ["[service]\ncomand = 'x'", "[env]\nA = []", "[service]\nport = 0"]
)
def test_the_schema_refuses_what_the_loader_refuses(text: str) -> None:
    with pytest.raises(ConfigError):
        load_config(text)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), json_schema())


def test_golden_files_come_in_pairs() -> None:
    assert {p.stem for p in GOLDEN.glob("*.toml")} == {p.stem for p in GOLDEN.glob("*.txt")}

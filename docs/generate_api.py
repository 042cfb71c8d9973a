"""Writes docs/reference/api.md from the OpenAPI document: `python docs/generate_api.py`.

A test compares the page with what is on disk, so a change of the API without it fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from inspect import getdoc
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from pierhead.api.app import create_app
from pierhead.deploy.adapters import Adapters
from pierhead.domain.deployment import Deployment, PhaseRecord
from pierhead.domain.service import Service
from pierhead.settings import Settings

# What a document shows and explains elsewhere: in the value it is made of.
MADE_OF = {
    "DeploymentDocument": Deployment,
    "PhaseDocument": PhaseRecord,
    "ServiceDocument": Service,
}
REFERENCE = Path(__file__).parent / "reference"

JSON = {"None": "null", "True": "true", "False": "false"}

HEAD = """\
# HTTP API

Written by `docs/generate_api.py` from the code. The server itself answers `/openapi.json` with the
same, for programs.

The server listens on the unix socket `PIERHEAD_HOME/server.sock`, which only its owner may open,
and on TCP if `PIERHEAD_LISTEN` names a place. Over TCP each request needs the header
`Authorization: Bearer TOKEN`.

```console
$ curl --unix-socket ~/.pierhead/server.sock http://localhost/api/v1/services
```

Bodies and answers are JSON. Times are ISO 8601 in UTC, durations are seconds. An error is an
`application/problem+json` document, [Problem](#problem); its codes are in [errors.md](errors.md).
Unknown fields of a body are refused. 202 means that a deployment was asked for; where there is
nothing to do, `up` answers 200 and no deployment. A stream is one JSON document per line
(`application/x-ndjson`), sent as things happen.

"""


def openapi() -> dict[str, Any]:
    """The OpenAPI document; nothing is built for it but the routes."""
    bare = SimpleNamespace(settings=Settings(home=Path("/"), database_url=""))
    return create_app(cast("Adapters", bare)).openapi()


def api_page() -> str:
    """docs/reference/api.md."""
    document = openapi()
    return HEAD + "".join([*_routes(document), *_documents(document["components"]["schemas"])])


PAGES: dict[str, Callable[[], str]] = {"api.md": api_page}


def _routes(document: dict[str, Any]) -> Iterator[str]:
    by_tag: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    for tag, found in by_tag.items():
        yield f"## {tag.capitalize()}\n\n| request | what | takes | answers |\n|---|---|---|---|\n"
        for method, path, operation in found:
            takes = "; ".join(_takes(operation)) or "-"
            row = (f"`{method} {path}`", operation["summary"], takes, _answers(operation))
            yield f"| {' | '.join(row)} |\n"
        yield "\n"


def _takes(operation: dict[str, Any]) -> Iterator[str]:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "query":
            of = parameter["schema"]
            yield f"`{parameter['name']}` {_type(of).removesuffix(' or null')}{_default(of)}"
    if body := operation.get("requestBody"):
        yield _type(body["content"]["application/json"]["schema"])


def _answers(operation: dict[str, Any]) -> str:
    found = []
    for status, answer in operation["responses"].items():
        if status.isdigit():
            ((media, content),) = answer["content"].items()
            plain = "text" if media == "text/plain" else "a stream"
            schema = content["schema"]
            found.append(f"{status}: {_type(schema) if '$ref' in schema else _odd(schema, plain)}")
    return ", ".join(found)


def _odd(schema: dict[str, Any], plain: str) -> str:
    return "object" if schema.get("type") == "object" else plain


def _documents(schemas: dict[str, Any]) -> Iterator[str]:
    yield "## Documents\n"
    for name, schema in schemas.items():
        about, attributes = _split(schema.get("description", ""))
        if name in MADE_OF:
            attributes = _split(getdoc(MADE_OF[name]) or "")[1] | attributes
        yield f"\n### {name}\n\n{about}\n"
        if "enum" in schema:
            yield f"\nOne of {', '.join(f'`{value}`' for value in schema['enum'])}.\n"
            continue
        yield "\n| field | type | |\n|---|---|---|\n"
        required = schema.get("required", [])
        for field, of in schema["properties"].items():
            optional = "" if field in required else _default(of) or ", optional"
            kind = _type(of).removesuffix(" or null") if optional else _type(of)
            yield f"| `{field}` | {kind}{optional} | {_cell(attributes.get(field, ''))} |\n"


def _split(description: str) -> tuple[str, dict[str, str]]:
    """A docstring without its attributes, and those by name."""
    about, _, rest = description.partition("\n\nAttributes:\n")
    attributes: dict[str, str] = {}
    last: list[str] = []
    for line in rest.splitlines():
        names, colon, text = line.strip().partition(": ")
        if line.startswith("    ") and not line.startswith("     ") and colon:
            last = names.split(", ")
            attributes |= dict.fromkeys(last, text)
        else:
            attributes |= {name: f"{attributes[name]} {line.strip()}" for name in last}
    return about, attributes


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}" if "items" in schema else "list"
    return str(schema.get("format") or schema.get("type") or "any")


def _default(schema: dict[str, Any]) -> str:
    value = schema.get("default")
    return "" if value in (None, "", []) else f" = {str(value).lower()}"


def _cell(text: str) -> str:
    json = re.sub(r"\b(None|True|False)\b", lambda found: JSON[found[0]], text)
    return " ".join(json.split()).replace("|", "\\|").rstrip(".")


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()

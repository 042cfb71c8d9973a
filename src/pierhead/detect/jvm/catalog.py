"""gradle/libs.versions.toml: coordinates by alias."""

from __future__ import annotations

import re
import tomllib

from pierhead.detect.tree import Tree


def read_catalog(tree: Tree) -> dict[str, list[tuple[str, str]]]:
    """Coordinates by alias as build files write it: `libs.spring.web` as `spring.web`."""
    try:
        document = tomllib.loads(tree.text("gradle/libs.versions.toml"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return {}
    versions = document.get("versions")
    versions = versions if isinstance(versions, dict) else {}
    found: dict[str, list[tuple[str, str]]] = {}
    for section, prefix in (("libraries", ""), ("plugins", "plugins.")):
        table = document.get(section)
        for alias, value in table.items() if isinstance(table, dict) else ():
            name, version = _entry(value, versions, section)
            if name:
                found[prefix + re.sub(r"[-_.]", ".", alias)] = [(name, version)]
    bundles = document.get("bundles")
    for alias, listed in bundles.items() if isinstance(bundles, dict) else ():
        names = [re.sub(r"[-_.]", ".", str(n)) for n in listed] if isinstance(listed, list) else []
        found["bundles." + re.sub(r"[-_.]", ".", alias)] = [
            one for n in names for one in found.get(n, [])
        ]
    return found


def _entry(value: object, versions: dict[str, object], section: str) -> tuple[str, str]:
    """`group:artifact` and the version, as far as they are written; empty texts otherwise."""
    if isinstance(value, str):
        parts = value.split(":")
        held = 1 if section == "plugins" else 2
        name = f"{parts[0]}:{parts[0]}" if held == 1 else ":".join(parts[:2])
        return name if ":" in name else "", parts[held] if len(parts) > held else ""
    if not isinstance(value, dict):
        return "", ""
    version = value.get("version")
    if isinstance(version, dict):
        version = versions.get(str(version.get("ref")))
    text = {key: one for key, one in value.items() if isinstance(one, str)}
    module = text.get("module", "")
    if section == "plugins" and "id" in text:
        module = f"{text['id']}:{text['id']}"
    elif not module and {"group", "name"} <= set(text):
        module = f"{text['group']}:{text['name']}"
    return module if ":" in module else "", version if isinstance(version, str) else ""

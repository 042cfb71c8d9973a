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
    if isinstance(value, str):
        parts = value.split(":")
        if section == "plugins":
            return f"{parts[0]}:{parts[0]}", parts[1] if len(parts) > 1 else ""
        return ":".join(parts[:2]) if len(parts) > 1 else "", parts[2] if len(parts) > 2 else ""
    if not isinstance(value, dict):
        return "", ""
    version = value.get("version")
    if isinstance(version, dict):
        version = versions.get(str(version.get("ref")))
    said = version if isinstance(version, str) else ""
    if section == "plugins":
        return (
            (f"{value['id']}:{value['id']}", said) if isinstance(value.get("id"), str) else ("", "")
        )
    module = value.get("module")
    if isinstance(module, str) and ":" in module:
        return module, said
    if isinstance(value.get("group"), str) and isinstance(value.get("name"), str):
        return f"{value['group']}:{value['name']}", said
    return "", ""

"""package.json, whatever is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pierhead.detect.tree import Tree
from pierhead.domain.stack import Evidence


@dataclass(frozen=True, slots=True)
class Package:
    """What a package.json says; parts of the wrong type count as missing.

    Attributes:
        dependencies, dev: version range by package name.
        node: the version range of `engines`, or the pinned one of `volta`.
        workspaces: their globs.
        library: it is made to be imported rather than run.
    """

    path: str = "package.json"
    scripts: Mapping[str, str] = field(default_factory=dict)
    dependencies: Mapping[str, str] = field(default_factory=dict)
    dev: Mapping[str, str] = field(default_factory=dict)
    main: str | None = None
    node: str | None = None
    manager: str | None = None
    workspaces: tuple[str, ...] = ()
    library: bool = False
    problem: Evidence | None = None

    def uses(self, *names: str) -> bool:
        """Whether one of these packages is declared, for running or for building."""
        return any(name in self.dependencies or name in self.dev for name in names)

    def version_of(self, name: str) -> str | None:
        """The range declared for a package, or None."""
        return self.dependencies.get(name) or self.dev.get(name)


def read_package(tree: Tree, path: str = "package.json") -> Package | None:
    """The package.json of a tree, or None if there is none."""
    if not tree.has(path):
        return None
    text = tree.text(path)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        said = f"is not valid JSON: {error}" if text.strip() else "is empty or too large to read"
        return Package(path, problem=Evidence(path, said, getattr(error, "lineno", None)))
    if not isinstance(document, dict):
        return Package(path, problem=Evidence(path, "is not a JSON object", 1))
    return Package(
        path,
        scripts=_texts(document.get("scripts")),
        dependencies=_texts(document.get("dependencies")),
        dev=_texts(document.get("devDependencies")),
        main=_text(document.get("main")),
        node=_text(_table(document.get("engines")).get("node"))
        or _text(_table(document.get("volta")).get("node")),
        manager=_text(document.get("packageManager")),
        workspaces=_globs(document.get("workspaces")),
        library=_is_library(document),
    )


def _is_library(document: dict[str, Any]) -> bool:
    marks = ("exports", "module", "types", "typings", "files", "peerDependencies", "publishConfig")
    return document.get("private") is not True and any(mark in document for mark in marks)


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> dict[str, str]:
    return {k: v for k, v in sorted(_table(value).items()) if isinstance(v, str)}


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def _globs(value: object) -> tuple[str, ...]:
    listed = _table(value).get("packages") if isinstance(value, dict) else value
    return tuple(g for g in listed if isinstance(g, str)) if isinstance(listed, list) else ()


_CODENAMES = {
    "argon": "4", "boron": "6", "carbon": "8", "dubnium": "10", "erbium": "12", "fermium": "14",
    "gallium": "16", "hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24",
}  # fmt: skip
_RANGE = re.compile(r"[0-9vxX.*^~<>=| -]{1,60}")


def node_runtime(tree: Tree, package: Package) -> tuple[str | None, Evidence | None]:
    """The Node version asked for as a number or an npm range, and where."""
    places = [(path, tree.text(path).partition("\n")[0]) for path in (".nvmrc", ".node-version")]
    if match := re.search(r"^nodejs\s+(\S+)", tree.text(".tool-versions"), re.MULTILINE):
        places.append((".tool-versions", match[1]))
    if package.node:
        places.append((package.path, package.node))
    for path, asked in places:
        text = asked.strip().removeprefix("v").removeprefix("node/")
        text = _CODENAMES.get(text.lower().removeprefix("lts/"), text)
        if _RANGE.fullmatch(text) and any(c.isdigit() for c in text):
            exact = re.fullmatch(r"(\d+)(?:\.(?:\d+|[xX*])){0,2}", text)
            says = Evidence(path, f"asks for Node {asked.strip()}", tree.line_of(path, asked))
            return (exact[1] if exact else text), says
    return None, None

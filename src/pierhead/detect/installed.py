"""The installation of a stack's dependencies, named by everything that decides its result."""

from __future__ import annotations

import hashlib
import json

from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Dependencies


def installation(
    tree: Tree,
    manager: str,
    install: tuple[Command, ...],
    manifests: tuple[str | None, ...],
    *,
    runtime: str | None = None,
    keep: tuple[str, ...] = (),
) -> Dependencies:
    """What is installed, by which commands; `manifests` that are missing are left out."""
    there = sorted({path for path in manifests if path and tree.has(path)})
    rows = [[path, hashlib.sha256(tree.content(path)).hexdigest()] for path in there]
    text = json.dumps([manager, [list(c.argv) for c in install], runtime, rows])
    digest = hashlib.sha256(text.encode()).hexdigest()
    first = next((path for path in manifests if path and tree.has(path)), "no manifest")
    return Dependencies(manager, install, keep, digest, f"{first} with {manager}")

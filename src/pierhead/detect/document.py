"""An answer as plain JSON data, for the CLI and the API alike."""

from __future__ import annotations

from typing import Any

from pierhead.detect.parts import Parts
from pierhead.detect.refusal import RUNNABLE
from pierhead.domain.stack import ContainerFile, Recipe, Stack

Document = dict[str, Any]


def parts_document(parts: Parts, source: str) -> Document:
    """The proposed answer, whether it is ambiguous, and every part in short.

    Args:
        parts: what was found.
        source: the folder or address that was asked for.
    """
    best = stack_document(parts.best) if parts.best else _NOTHING
    listed = [
        {
            "part": one.part,
            "stack": one.name,
            "framework": one.framework,
            "confidence": one.confidence,
            "start": _start(one),
        }
        for one in parts.listed
    ]
    return {"source": source, **best, "ambiguous": parts.ambiguous, "parts": listed}


_NOTHING: Document = {"stack": None, "framework": None, "confidence": 0, "evidence": []}


def stack_document(stack: Stack) -> Document:
    """One answer; commands are lines as a person would type them."""
    recipe = stack.recipe
    return {
        "part": stack.part,
        "stack": stack.name,
        "framework": stack.framework,
        "version": stack.version,
        "runtime": {"asked": stack.runtime, "resolved": stack.resolved},
        "confidence": stack.confidence,
        "evidence": [{"path": e.path, "line": e.line, "says": e.says} for e in stack.evidence],
        "runner_up": stack.runner_up,
        "package_manager": stack.package_manager,
        "commands": _commands(recipe),
        "static": {"root": recipe.static.root, "fallback": recipe.static.fallback}
        if recipe.static
        else None,
        "port": stack.port,
        "health_path": stack.health_path,
        "services": list(stack.services),
        "extensions": list(stack.extensions),
        "output": stack.output,
        "environment": dict(recipe.environment),
        "secrets": list(recipe.secrets),
        "kept": list(recipe.shared),
        "assets": _commands(stack.assets) if stack.assets else None,
        "container": _container(stack.container) if stack.container else None,
        "notes": list(recipe.notes),
        "warnings": list(stack.warnings),
        "runs_as_process": stack.name in RUNNABLE,
    }


def _commands(recipe: Recipe) -> Document:
    dependencies = recipe.dependencies
    return {
        "install": [str(c) for c in dependencies.install] if dependencies else [],
        "build": [str(c) for c in recipe.build],
        "release": [str(c) for c in recipe.release],
        "processes": {name: str(c) for name, c in recipe.processes.items()},
    }


def _container(held: ContainerFile) -> Document:
    return {
        "path": held.path,
        "compose": held.compose,
        "base": held.base,
        "ports": list(held.ports),
        "command": str(held.command) if held.command else None,
        "health_path": held.health_path,
        "user": held.user,
    }


def _start(stack: Stack) -> str | None:
    if stack.recipe.static:
        return f"files of {stack.recipe.static.root}"
    web = stack.recipe.processes.get("web")
    return str(web) if web else None

"""Lock files of Python projects, each a function of the tree."""

from __future__ import annotations

import json
from typing import Any

from packaging.utils import canonicalize_name

from pierhead.detect.python.declared import Declared, only_problem, requirement, requirements_of
from pierhead.detect.python.manifests import (
    PYPROJECT,
    declared_in_project,
    pipfile_python,
    requires_python,
)
from pierhead.detect.python.poetry import poetry_requirement
from pierhead.detect.python.toml_file import read_toml, table
from pierhead.detect.tree import LOCK_LIMIT, Tree
from pierhead.domain.stack import Evidence


def read_uv_lock(tree: Tree) -> Declared | None:
    """uv.lock, installed by `uv sync` without the project itself."""
    lock, broken = read_toml(tree, "uv.lock")
    project, _ = read_toml(tree, PYPROJECT)
    packages = _packages(lock)
    if not packages or not project:
        return only_problem("uv.lock", broken)
    members = [p for p in packages if (path := _local_path(p)) and path != "."]
    manifests = [PYPROJECT, "uv.lock"]
    for member in members:
        manifests += [p for p in tree.paths if p.startswith(f"{_local_path(member)}/")]
    return Declared(
        source="uv.lock",
        requirements=requirements_of(table(project, "project").get("dependencies")),
        arguments=None,
        locked=_names([p for p in packages if _local_path(p) != "."]),
        is_locked=True,
        manifests=tuple(manifests),
        runtime=requires_python(project),
    )


def read_pylock(tree: Tree) -> Declared | None:
    """pylock.toml (PEP 751)."""
    lock, broken = read_toml(tree, "pylock.toml")
    found = lock.get("packages")
    packages = [p for p in found if isinstance(p, dict)] if isinstance(found, list) else []
    if not packages:
        return only_problem("pylock.toml", broken)
    names = _names(packages)
    return Declared(
        source="pylock.toml",
        requirements=tuple(r for n in sorted(names) if (r := requirement(n))),
        arguments=("-r", "pylock.toml"),
        locked=names,
        is_locked=True,
        manifests=("pylock.toml",),
    )


def read_poetry_or_pdm_lock(tree: Tree) -> Declared | None:
    """poetry.lock or pdm.lock: what pyproject.toml declares, held to the locked versions."""
    project, _ = read_toml(tree, PYPROJECT)
    wanted = declared_in_project(project)
    for path in ("poetry.lock", "pdm.lock"):
        lock, _ = read_toml(tree, path)
        packages = _packages(lock)
        if not packages or not wanted:
            continue
        versions = _single_versions(packages)
        return Declared(
            source=path,
            requirements=wanted,
            arguments=("-r", "$BUILD/requirements.txt", "-c", "$BUILD/constraints.txt"),
            locked=frozenset(canonicalize_name(r.name) for r in wanted),
            is_locked=True,
            manifests=(PYPROJECT, path),
            files={
                "requirements.txt": "".join(f"{r}\n" for r in wanted),
                "constraints.txt": "".join(f"{line}\n" for line in versions),
            },
            runtime=requires_python(project),
        )
    return None


def read_pipfile_lock(tree: Tree) -> Declared | None:
    """Pipfile.lock: every package it names in the version it names, and nothing else."""
    try:
        lock = json.loads(tree.text("Pipfile.lock", LOCK_LIMIT) or "{}")
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        return only_problem(
            "Pipfile.lock", Evidence("Pipfile.lock", f"is not valid JSON: {error}", line)
        )
    entries = table(lock, "default")
    wanted = tuple(r for n, v in sorted(entries.items()) if (r := poetry_requirement(n, v)))
    if not wanted:
        return None
    pipfile, _ = read_toml(tree, "Pipfile")
    return Declared(
        source="Pipfile.lock",
        requirements=wanted,
        arguments=("--no-deps", "-r", "$BUILD/requirements.txt"),
        locked=frozenset(canonicalize_name(r.name) for r in wanted),
        is_locked=True,
        manifests=tuple(p for p in ("Pipfile", "Pipfile.lock") if tree.has(p)),
        files={"requirements.txt": "".join(f"{r}\n" for r in wanted)},
        runtime=pipfile_python(pipfile) or pipfile_python(table(lock, "_meta")),
    )


def _packages(lock: dict[str, Any]) -> list[dict[str, Any]]:
    found = lock.get("package")
    entries = found if isinstance(found, list) else []
    return [e for e in entries if isinstance(e, dict) and isinstance(e.get("name"), str)]


def _names(packages: list[dict[str, Any]]) -> frozenset[str]:
    return frozenset(
        canonicalize_name(p["name"]) for p in packages if isinstance(p.get("name"), str)
    )


def _single_versions(packages: list[dict[str, Any]]) -> list[str]:
    """`name==version` of packages from the index; those locked in two versions stay free."""
    found: dict[str, set[str]] = {}
    for package in packages:
        if "source" not in package and isinstance(package.get("version"), str):
            found.setdefault(canonicalize_name(package["name"]), set()).add(package["version"])
    return [f"{n}=={next(iter(v))}" for n, v in sorted(found.items()) if len(v) == 1]


def _local_path(package: dict[str, Any]) -> str | None:
    source = table(package, "source")
    found = next((source[k] for k in ("editable", "directory", "virtual") if k in source), None)
    return found if isinstance(found, str) else None

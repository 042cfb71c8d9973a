"""The manifests of Python projects other than requirements.txt, each a function of the tree."""

from __future__ import annotations

import ast
import configparser
import json
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pierhead.detect.python.declared import Declared, requirement, requirements_of
from pierhead.detect.python.poetry import poetry_requirement, poetry_requirements, specifier
from pierhead.detect.python.toml_file import read_toml, table
from pierhead.detect.tree import LOCK_LIMIT, Tree
from pierhead.domain.stack import Evidence

PYPROJECT = "pyproject.toml"


def read_uv_lock(tree: Tree) -> Declared | None:
    """uv.lock, installed by `uv sync` without the project itself."""
    lock, broken = read_toml(tree, "uv.lock")
    project, _ = read_toml(tree, PYPROJECT)
    packages = _packages(lock)
    if not packages or not project:
        return _only_problem("uv.lock", broken)
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
        runtime=_requires_python(project),
    )


def read_pylock(tree: Tree) -> Declared | None:
    """pylock.toml (PEP 751)."""
    lock, broken = read_toml(tree, "pylock.toml")
    found = lock.get("packages")
    packages = [p for p in found if isinstance(p, dict)] if isinstance(found, list) else []
    if not packages:
        return _only_problem("pylock.toml", broken)
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
    wanted = _declared_in_project(project)
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
            runtime=_requires_python(project),
        )
    return None


def read_pipfile_lock(tree: Tree) -> Declared | None:
    """Pipfile.lock: every package it names in the version it names, and nothing else."""
    try:
        lock = json.loads(tree.text("Pipfile.lock", LOCK_LIMIT) or "{}")
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        return _only_problem(
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
        runtime=_pipfile_python(pipfile) or _pipfile_python(table(lock, "_meta")),
    )


def read_pyproject(tree: Tree) -> Declared | None:
    """pyproject.toml without a lock: PEP 621, or Poetry's own table."""
    project, broken = read_toml(tree, PYPROJECT)
    if broken:
        return _only_problem(PYPROJECT, broken)
    wanted = _declared_in_project(project)
    native = "dependencies" in table(project, "project")
    dynamic = "dependencies" in (table(project, "project").get("dynamic") or ())
    if not wanted and not dynamic and not table(project, "project"):
        return None
    if native or dynamic or not wanted:
        arguments, files = ("-r", PYPROJECT), {}
    else:  # Poetry's backend cannot describe a project that is no package, so we do
        arguments = ("-r", "$BUILD/requirements.txt")
        files = {"requirements.txt": "".join(f"{r}\n" for r in wanted)}
    return Declared(
        source=PYPROJECT,
        requirements=wanted,
        arguments=arguments if wanted or dynamic else (),
        manifests=(PYPROJECT, *(tree.glob("setup.*") if dynamic else ())),
        files=files,
        runtime=_requires_python(project),
    )


def read_pipfile(tree: Tree) -> Declared | None:
    """A Pipfile without its lock."""
    pipfile, broken = read_toml(tree, "Pipfile")
    wanted = poetry_requirements(table(pipfile, "packages"))
    if not wanted:
        return _only_problem("Pipfile", broken)
    return Declared(
        source="Pipfile",
        requirements=wanted,
        arguments=("-r", "$BUILD/requirements.txt"),
        manifests=("Pipfile",),
        files={"requirements.txt": "".join(f"{r}\n" for r in wanted)},
        runtime=_pipfile_python(pipfile),
    )


def read_setup(tree: Tree) -> Declared | None:
    """setup.cfg or setup.py: `install_requires` where it is written out."""
    for path, wanted in (("setup.cfg", _setup_cfg(tree)), ("setup.py", _setup_py(tree))):
        if wanted:
            return Declared(
                source=path,
                requirements=wanted,
                arguments=("-r", "$BUILD/requirements.txt"),
                manifests=(path,),
                files={"requirements.txt": "".join(f"{r}\n" for r in wanted)},
            )
    return None


def read_environment_yml(tree: Tree) -> Declared | None:
    """environment.yml of conda: its pip part, and those of its packages whose names are known."""
    path = tree.first("environment.yml", "environment.yaml")
    try:
        document = yaml.safe_load(tree.text(path)) if path else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        return _only_problem(path or "", Evidence(path or "", "is not valid YAML", line))
    listed = document.get("dependencies") if isinstance(document, dict) else None
    if path is None or not isinstance(listed, list):
        return None
    texts: list[Any] = []
    for entry in listed:
        if isinstance(entry, dict) and isinstance(entry.get("pip"), list):
            texts += entry["pip"]
        elif isinstance(entry, str):
            name, _, rest = entry.rpartition("::")[2].partition("=")
            texts.append(f"{name}=={rest.lstrip('=').split('=')[0]}" if rest else name)
    skipped = {"python", "pip", "setuptools", "wheel"}
    wanted = tuple(r for r in requirements_of(texts) if r.name.lower() not in skipped)
    return Declared(
        source=path,
        requirements=wanted,
        arguments=("-r", "$BUILD/requirements.txt"),
        manifests=(path,),
        files={"requirements.txt": "".join(f"{r}\n" for r in wanted)},
        notes=(f"{path} is installed from the Python index, not from conda",),
    )


def _declared_in_project(project: dict[str, Any]) -> tuple[Requirement, ...]:
    native = requirements_of(table(project, "project").get("dependencies"))
    return native or poetry_requirements(table(project, "tool", "poetry", "dependencies"))


def _requires_python(project: dict[str, Any]) -> str | None:
    asked = table(project, "project").get("requires-python")
    if isinstance(asked, str):
        return asked
    asked = table(project, "tool", "poetry", "dependencies").get("python")
    return specifier(asked) if isinstance(asked, str) else None


def _pipfile_python(pipfile: dict[str, Any]) -> str | None:
    asked = table(pipfile, "requires")
    found = asked.get("python_version") or asked.get("python_full_version")
    return found if isinstance(found, str) else None


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


def _only_problem(path: str, problem: Evidence | None) -> Declared | None:
    return Declared(path, problems=(problem,)) if problem else None


def _setup_cfg(tree: Tree) -> tuple[Requirement, ...]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(tree.text("setup.cfg"))
        listed = parser.get("options", "install_requires", fallback="")
    except (configparser.Error, ValueError):
        return ()
    return requirements_of([line for line in listed.splitlines() if line.strip()])


def _setup_py(tree: Tree) -> tuple[Requirement, ...]:
    try:
        parsed = ast.parse(tree.text("setup.py"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    lists: dict[str, ast.expr] = {}
    for node in ast.walk(parsed):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            lists[node.targets[0].id] = node.value
        elif isinstance(node, ast.keyword) and node.arg == "install_requires":
            value = lists.get(node.value.id) if isinstance(node.value, ast.Name) else node.value
            if isinstance(value, (ast.List, ast.Tuple)):
                texts = [e.value for e in value.elts if isinstance(e, ast.Constant)]
                return requirements_of(texts)
    return ()

"""Python manifests that fix no versions, requirements.txt aside, each a function of the tree."""

from __future__ import annotations

import ast
import configparser
from typing import Any

import yaml
from packaging.requirements import Requirement

from pierhead.detect.python.declared import Declared, only_problem, requirements_of
from pierhead.detect.python.poetry import poetry_requirements, specifier
from pierhead.detect.python.toml_file import read_toml, table
from pierhead.detect.tree import Tree
from pierhead.domain.stack import Evidence

PYPROJECT = "pyproject.toml"


def read_pyproject(tree: Tree) -> Declared | None:
    """pyproject.toml without a lock: PEP 621, or Poetry's own table."""
    project, broken = read_toml(tree, PYPROJECT)
    if broken:
        return only_problem(PYPROJECT, broken)
    wanted = declared_in_project(project)
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
        runtime=requires_python(project),
    )


def read_pipfile(tree: Tree) -> Declared | None:
    """A Pipfile without its lock."""
    pipfile, broken = read_toml(tree, "Pipfile")
    wanted = poetry_requirements(table(pipfile, "packages"))
    if not wanted:
        return only_problem("Pipfile", broken)
    return Declared(
        source="Pipfile",
        requirements=wanted,
        arguments=("-r", "$BUILD/requirements.txt"),
        manifests=("Pipfile",),
        files={"requirements.txt": "".join(f"{r}\n" for r in wanted)},
        runtime=pipfile_python(pipfile),
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
        return only_problem(path or "", Evidence(path or "", "is not valid YAML", line))
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


def declared_in_project(project: dict[str, Any]) -> tuple[Requirement, ...]:
    """The requirements of a pyproject.toml: PEP 621, else Poetry's table."""
    native = requirements_of(table(project, "project").get("dependencies"))
    return native or poetry_requirements(table(project, "tool", "poetry", "dependencies"))


def requires_python(project: dict[str, Any]) -> str | None:
    """The Python version that a pyproject.toml asks for, as PEP 440."""
    asked = table(project, "project").get("requires-python")
    if isinstance(asked, str):
        return asked
    asked = table(project, "tool", "poetry", "dependencies").get("python")
    return specifier(asked) if isinstance(asked, str) else None


def pipfile_python(pipfile: dict[str, Any]) -> str | None:
    """The Python version that a Pipfile asks for."""
    asked = table(pipfile, "requires")
    found = asked.get("python_version") or asked.get("python_full_version")
    return found if isinstance(found, str) else None


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

"""Third-party imports are covered by declared dependencies."""

from __future__ import annotations

import configparser
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

from packaging.utils import canonicalize_name

from pierhead.write.categories import category_of
from pierhead.write.health.findings import Checked, Finding, Severity
from pierhead.write.health.python_checks import Modules
from pierhead.write.health.python_names import covers, likeliest
from pierhead.write.health.tree_files import ProjectFiles

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_REQUIREMENTS = re.compile(r"(^|/)(requirements[^/]*\.(txt|in)|requirements/[^/]+\.(txt|in))$")
_BUILTIN = sys.stdlib_module_names | {"__main__", "_typeshed", "tomllib"}


def check_dependencies(project: ProjectFiles) -> Checked:
    """Each third-party module that is imported comes with a declared distribution."""
    modules = Modules(project)
    files = _declaring(project)
    declared = {name for path in files for name in _declared(project, path)}
    asked: dict[str, bool] = {}
    findings: dict[str, Finding] = {}
    for path, file in project.python.items():
        for each in file.imports:
            top = each.module.partition(".")[0]
            if each.level or top in _BUILTIN or each.optional or modules.is_own(path, each):
                continue
            # `from google.cloud import storage` names the distribution with its last part only.
            module = f"{each.module}.{each.name}" if each.name and top == "google" else each.module
            if not asked.setdefault(module, covers(declared, module)):
                findings.setdefault(top, _uncovered(path, each.line, module, files))
    return Checked(len(asked), list(findings.values()))


def _uncovered(path: str, line: int, module: str, files: list[str]) -> Finding:
    likely = likeliest(module)
    where = f"not declared in {', '.join(files[:3])}" if files else "and nothing is declared at all"
    severity: Severity = "warning" if category_of(path) == "tests" else "error"
    message = f"imports {module} (probably {likely}), {where}"
    return Finding(path, line, "python-dependencies", severity, message)


def _declaring(project: ProjectFiles) -> list[str]:
    requirements = [path for path in project.paths if _REQUIREMENTS.search(path)]
    return requirements + project.named("pyproject.toml", "setup.cfg", "Pipfile")


def _declared(project: ProjectFiles, path: str) -> Iterator[str]:
    text = project.text(path) or ""
    try:
        if path.endswith((".txt", ".in")):
            yield from _names(line.partition("#")[0] for line in text.splitlines())
        elif path.endswith("setup.cfg"):
            yield from _from_setup(text)
        else:
            document = tomllib.loads(text)
            yield from _from_pipfile(document) if "Pipfile" in path else _from_pyproject(document)
    except (tomllib.TOMLDecodeError, configparser.Error):
        return  # the config check says so


def _names(lines: Iterable[Any]) -> Iterator[str]:
    for line in lines:
        if isinstance(line, str) and (found := _NAME.match(line)):
            yield canonicalize_name(found[1])


def _from_pyproject(document: dict[str, Any]) -> Iterator[str]:
    project = _table(document, "project")
    yield from _names(_list(project.get("dependencies")))
    for groups in (_table(project, "optional-dependencies"), _table(document, "dependency-groups")):
        for group in groups.values():
            yield from _names(_list(group))
    tool = _table(document, "tool")
    yield from _names(_list(_table(tool, "uv").get("dev-dependencies")))
    poetry = _table(tool, "poetry")
    group = _table(poetry, "group")
    for table in [poetry, *(_table(group, name) for name in group)]:
        yield from _names(_table(table, "dependencies"))
        yield from _names(_table(table, "dev-dependencies"))


def _from_pipfile(document: dict[str, Any]) -> Iterator[str]:
    yield from _names([*_table(document, "packages"), *_table(document, "dev-packages")])


def _from_setup(text: str) -> Iterator[str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    yield from _names(parser.get("options", "install_requires", fallback="").splitlines())
    if parser.has_section("options.extras_require"):
        for _, lines in parser.items("options.extras_require"):
            yield from _names(lines.splitlines())


def _table(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

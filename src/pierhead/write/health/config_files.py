"""Config files parse: toml, yaml, json, ini."""

from __future__ import annotations

import configparser
import json
import re
import tomllib
from collections.abc import Callable

import yaml

from pierhead.write.health.findings import Checked, Finding
from pierhead.write.health.tree_files import ProjectFiles

_Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# JSON with comments, by the documentation of the tools that read them.
_COMMENTED = re.compile(r"(^|/)(tsconfig[^/]*|jsconfig|devcontainer|\.eslintrc|\.babelrc)\.json$")
# Text with holes to be filled in first: Helm, Jinja, Ansible.
_TEMPLATE = re.compile(r"\{\{|\{%")


def check_config_files(project: ProjectFiles) -> Checked:
    """Every toml, yaml, json and ini file parses."""
    paths = project.ending(*_PARSERS)
    findings = []
    for path in paths:
        parse = next(parse for end, parse in _PARSERS.items() if path.endswith(end))
        if wrong := _problem(project, path, parse):
            findings.append(Finding(path, wrong[0], "config-files", "error", wrong[1]))
    return Checked(len(paths), findings)


def _problem(
    project: ProjectFiles, path: str, parse: Callable[[str], tuple[int, str] | None]
) -> tuple[int, str] | None:
    text = project.text(path)
    if text is None:
        return 0, "is not valid UTF-8"
    if _COMMENTED.search(path) or "/.vscode/" in f"/{path}" or _TEMPLATE.search(text):
        return None
    try:
        return parse(text)
    except RecursionError:
        return 0, "is nested too deeply"


def _toml(text: str) -> tuple[int, str] | None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        return int(found[1]) if found else 0, f"is not valid TOML: {error}"
    return None


def _yaml(text: str) -> tuple[int, str] | None:
    try:
        # Composed, not constructed: tags of other tools (!Ref, !vault) are theirs to know.
        for _ in yaml.compose_all(text, Loader=_Base):
            pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return mark.line + 1 if mark else 0, f"is not valid YAML: {error.problem}"
    except (yaml.YAMLError, ValueError) as error:
        return 0, f"is not valid YAML: {error}"
    return None


def _json(text: str) -> tuple[int, str] | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.lineno, f"is not valid JSON: {error.msg}"
    except ValueError as error:
        return 0, f"is not valid JSON: {error}"
    return None


def _ini(text: str) -> tuple[int, str] | None:
    try:
        configparser.RawConfigParser(allow_no_value=True).read_string(text)
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or next(iter(getattr(error, "errors", [])), [0])[0]
        return line, f"is not valid INI: {error.message.splitlines()[0]}"
    return None


_PARSERS: dict[str, Callable[[str], tuple[int, str] | None]] = {
    ".toml": _toml,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": _json,
    ".ini": _ini,
    ".cfg": _ini,
}

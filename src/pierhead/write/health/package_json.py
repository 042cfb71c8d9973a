"""package.json: what its scripts start, and what it points at, exists."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterator
from typing import Any

from pierhead.write.health.findings import Checked, Finding
from pierhead.write.health.tree_files import ProjectFiles

_RUNNERS = {"node", "nodemon", "tsx", "ts-node", "bun", "deno", "sh", "bash", "python", "python3"}
_FILE = re.compile(r"[\w./-]+\.(m?[jt]s|c[jt]s|sh|py)")
# Made by a build, so they need not be there yet.
_BUILT = re.compile(r"(^|/)(dist|build|out|lib|\.next|\.output|\.nuxt|coverage)(/|$)")
_RUN_SCRIPT = re.compile(r"\b(?:npm|pnpm|yarn|bun) run ([\w:.-]+)")


def check_package_json(project: ProjectFiles) -> Checked:
    """Scripts and entries of every package.json lead to files and scripts that exist."""
    paths = project.named("package.json")
    findings: list[Finding] = []
    for path in paths:
        try:
            document = json.loads(project.text(path) or "")
        except (ValueError, RecursionError):
            continue  # the config check says so
        if not isinstance(document, dict):
            findings.append(Finding(path, 1, "package-json", "error", "is not an object"))
            continue
        text = project.text(path) or ""
        for key, message in _wrongs(project, path.rpartition("/")[0], document):
            line = text[: max(0, text.find(f'"{key}"'))].count("\n") + 1
            findings.append(Finding(path, line, "package-json", "error", message))
    return Checked(len(paths), findings)


def _wrongs(
    project: ProjectFiles, folder: str, document: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    scripts = document.get("scripts")
    scripts = scripts if isinstance(scripts, dict) else {}
    for name, command in scripts.items():
        if not isinstance(command, str):
            yield name, f"script {name!a} is no text"
            continue
        for file in _files_of(command):
            if not project.has(posixpath.join(folder, file)):
                yield name, f"script {name!a} starts {file}, which does not exist"
        for other in _RUN_SCRIPT.findall(command):
            if other not in scripts:
                yield name, f"script {name!a} runs the script {other!a}, which does not exist"
    main = document.get("main")
    if isinstance(main, str) and not _BUILT.search(main):
        candidates = (main, f"{main}.js", f"{main}/index.js")
        if not any(project.has(posixpath.join(folder, each)) for each in candidates):
            yield "main", f"main is {main}, which does not exist"


def _files_of(command: str) -> Iterator[str]:
    try:
        words = shlex.split(command)
    except ValueError:
        return
    runner = False
    for word in words:
        if word in {"&&", "||", "|", ";"}:
            runner = False
        elif posixpath.basename(word) in _RUNNERS:
            runner = True
        elif _FILE.fullmatch(word) and (runner or word.startswith("./")):
            if not _BUILT.search(word):
                yield word
            runner = False

"""The tree itself: files, links, modes, tests, and what must be there."""

from __future__ import annotations

import re

from pierhead.errors import UnsafePath
from pierhead.write.health.findings import Checked, Finding, Severity
from pierhead.write.health.tree_files import ProjectFiles
from pierhead.write.links import check_links

_TEST_FOLDER = re.compile(r"^(.*/)?(tests?|__tests__)/")
_PYTEST_FILE = re.compile(r"(^|/)(test_[^/]*|[^/]*_test|tests)\.py$")
_OTHER_TEST = re.compile(r"(\.|_)(test|spec)s?\.[a-z]+$|Tests?\.(php|java|kt|cs)$|_test\.(go|exs)$")


def check_structure(project: ProjectFiles) -> Checked:
    """There are files, links lead to something inside, and shell scripts may be executed."""
    findings: list[Finding] = []

    def add(path: str, severity: Severity, message: str) -> None:
        findings.append(Finding(path, 0, "structure", severity, message))

    if not project.paths:
        add(".", "error", "has no files")
    try:
        check_links(project.links)
    except UnsafePath as error:
        add(error.details["path"], "error", error.message)
    for path in project.links:
        if not (project.root / path).exists():
            add(path, "warning", f"is a link to {project.links[path]!a}, which does not exist")
    for path in project.ending(".sh"):
        if not project.modes[path] & 0o100:
            add(path, "warning", "is a shell script that may not be executed")
    return Checked(len(project.paths) + len(project.links), findings)


def check_tests(project: ProjectFiles) -> Checked:
    """Where there is a folder of tests, tests would be collected from it."""
    folders: dict[str, int] = {}
    for path in project.paths:
        if not (found := _TEST_FOLDER.match(path)):
            continue
        folder = found[0].rstrip("/")
        file = project.python.get(path) if _PYTEST_FILE.search(path) else None
        tests = file.tests if file else int(bool(_OTHER_TEST.search(path)))
        folders[folder] = folders.get(folder, 0) + tests
    findings = [
        Finding(folder, 0, "tests", "error", "is a folder of tests, but no test is found in it")
        for folder, tests in folders.items()
        if not tests
    ]
    return Checked(sum(folders.values()), findings)

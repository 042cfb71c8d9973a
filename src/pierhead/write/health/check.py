"""The health step: every check over a written tree, nothing of it run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pierhead.errors import NotFound
from pierhead.write.faults import translated
from pierhead.write.health.compose_files import check_compose_files
from pierhead.write.health.config_files import check_config_files
from pierhead.write.health.dockerfiles import check_dockerfiles
from pierhead.write.health.findings import Checked, Finding, TreeHealth
from pierhead.write.health.package_json import check_package_json
from pierhead.write.health.python_checks import check_imports, check_syntax
from pierhead.write.health.python_dependencies import check_dependencies
from pierhead.write.health.structure import check_structure, check_tests
from pierhead.write.health.tree_files import ProjectFiles

CHECKS: dict[str, Callable[[ProjectFiles], Checked]] = {
    "structure": check_structure,
    "python-syntax": check_syntax,
    "python-imports": check_imports,
    "python-dependencies": check_dependencies,
    "package-json": check_package_json,
    "config-files": check_config_files,
    "dockerfile": check_dockerfiles,
    "compose": check_compose_files,
    "tests": check_tests,
}


def check_project(
    root: Path, required: Iterable[str] = (), failure: dict[str, Any] | None = None
) -> TreeHealth:
    """Check a project on disk.

    Args:
        root: its folder.
        required: paths that must be there.
        failure: the record of the last write to it, if that failed.

    Raises:
        NotFound: there is no such folder, and no record of a write to it.
        StorageError: it cannot be read.
    """
    findings = [_of_failure(root, failure)] if failure else []
    with translated(root, "read"):
        if not root.is_dir():
            if failure:
                return TreeHealth(0, {"last-write": 1}, tuple(findings))
            raise NotFound(f"there is no folder {root}", where=str(root))
        project = ProjectFiles(root)
        counts = {}
        for name, check in CHECKS.items():
            counts[name], found = check(project)
            findings += found
    missing = [path for path in required if not project.has(path)]
    findings += [Finding(path, 0, "required", "error", "is missing") for path in missing]
    return TreeHealth(len(project.paths), counts, tuple(sorted(findings)))


def _of_failure(root: Path, failure: dict[str, Any]) -> Finding:
    cause = "; ".join(map(str, failure.get("errors", []))) or "unknown cause"
    if root.is_dir():
        message = f"the last write failed ({cause}); what is here is from before"
        return Finding(".", 0, "last-write", "warning", message)
    return Finding(".", 0, "last-write", "error", f"was not written: {cause}")

"""What is installed though nothing declares it, and the note that says so."""

from __future__ import annotations

import sys

from pierhead.detect.python.found import Found
from pierhead.detect.python.frameworks import DISTRIBUTIONS, FRAMEWORKS

# Servers that a person may call without having declared them.
_CALLED = ("gunicorn", "uvicorn", "hypercorn", "waitress", "daphne", "streamlit")
# Old packages that import pkg_resources, which new environments no longer bring.
_NEED_SETUPTOOLS = frozenset(
    ("apscheduler", "djangorestframework-jwt", "flask-script", "pyramid", "razorpay")
)


def supplied(found: Found, tool: str | None) -> tuple[list[str], list[str]]:
    """Requirements that are added to what is declared, and a note on each.

    Args:
        found: the project.
        tool: the distribution that the schema step needs, or None.
    """
    wanted = [*_framework(found), *_servers(found)]
    if tool:
        wanted.append((tool, "the schema step needs it"))
    imports = {name.partition(".")[0] for module in found.modules for name in module.imports}
    bare = found.declared is None or not found.declared.requirements
    if bare and found.framework:
        wanted += _imported(found, imports)
    missing = {name: why for name, why in wanted if name not in found.installed}
    notes = [f"{name} is supplied: {why}" for name, why in missing.items()]
    extras = list(missing)
    old = imports & {"pkg_resources", "distutils"} or found.installed & _NEED_SETUPTOOLS
    if old and "setuptools" not in found.installed:
        extras.append("setuptools<81")  # 81 was the last to promise pkg_resources
        notes.append("setuptools is supplied: old packages import pkg_resources from it")
    if bare and found.framework and (unknown := _unknown(found, imports)):
        notes.append(f"imported but declared nowhere, not supplied: {', '.join(unknown)}")
    return extras, notes


def _framework(found: Found) -> list[tuple[str, str]]:
    packages = found.framework.packages if found.framework else ()
    if not packages or any(package in found.installed for package in packages):
        return []
    return [(packages[0], "the code uses it and nothing declares it")]


def _servers(found: Found) -> list[tuple[str, str]]:
    called = [(p, "the start command calls it") for p in _CALLED if found.written.uses(p)]
    if found.start and found.start.needs and not found.written.web:
        called.append((found.start.needs, "it serves the application and is not declared"))
    return called


def _imported(found: Found, imports: set[str]) -> list[tuple[str, str]]:
    why = "the code imports it and nothing declares it"
    outside = sorted(imports - found.local)
    return [(DISTRIBUTIONS[name], why) for name in outside if name in DISTRIBUTIONS]


def _unknown(found: Found, imports: set[str]) -> list[str]:
    known = {f.module.partition(".")[0] for f in FRAMEWORKS} | DISTRIBUTIONS.keys()
    return sorted(imports - known - found.local - sys.stdlib_module_names)

"""Everything that is read from a Python project before it is put together."""

from __future__ import annotations

from dataclasses import dataclass

from pierhead.detect.procfile import Procfile
from pierhead.detect.python.declared import Declared
from pierhead.detect.python.django import Django, find_django
from pierhead.detect.python.entry import Entry, find_entry
from pierhead.detect.python.frameworks import FRAMEWORKS, Framework, Serving
from pierhead.detect.python.install import read_declared
from pierhead.detect.python.modules import Module, read_modules
from pierhead.detect.python.pyramid import start_pyramid
from pierhead.detect.python.start import (
    SERVERS,
    Start,
    serve,
    start_entry,
    start_page,
    start_script,
)
from pierhead.detect.tree import Tree
from pierhead.domain.stack import Evidence

# Declared for their clients or as parts of others as often as for serving.
_LIBRARIES = frozenset(("starlette", "tornado", "gradio"))


@dataclass(slots=True)
class Found:
    """What was read from a tree; the last four are filled in one after the other."""

    tree: Tree
    declared: Declared | None
    problems: tuple[Evidence, ...]
    modules: list[Module]
    installed: frozenset[str]
    written: Procfile
    entry: Entry | None = None
    django: Django | None = None
    start: Start | None = None
    framework: Framework | None = None

    @property
    def local(self) -> set[str]:
        """Names of the project's own modules and packages."""
        names = {name.removesuffix(".py") for name in self.tree.names()} | set(self.tree.folders())
        return names | {part for module in self.modules for part in module.path[:-3].split("/")}


MANIFESTS = frozenset(
    ("pyproject.toml", "requirements.txt", "Pipfile", "setup.py", "setup.cfg", "environment.yml")
)


def read_found(tree: Tree, written: Procfile) -> Found | None:
    declared, problems = read_declared(tree)
    modules = read_modules(tree)
    if declared is None and not modules and not problems:
        return None
    installed = declared.installed if declared else frozenset()
    found = Found(tree, declared, problems, modules, installed, written)
    found.django = find_django(tree, modules, installed)
    found.entry = None if found.django else find_entry(tree, modules, installed)
    found.framework = _framework(found)
    found.start = _start(found)
    if declared is None and not problems and (found.start is None or _is_below(found)):
        return None
    return found


def _is_below(found: Found) -> bool:
    """Whether the application is a project of its own in a folder, with a manifest there."""
    place = found.start.evidence.path if found.start else ""
    folder = place.partition("/")[0] if "/" in place else ""
    return bool(folder) and bool(MANIFESTS & set(found.tree.names(folder)))


def _framework(found: Found) -> Framework | None:
    """By the application object, else by what is both declared and fit to be served."""
    by_slug = {framework.slug: framework for framework in FRAMEWORKS}
    if found.django:
        return by_slug["django"]
    if found.entry:
        return by_slug[found.entry.app.framework]
    imported = {name for module in found.modules for name in module.imports}
    tops = {name.partition(".")[0] for name in imported} - found.local
    for framework in FRAMEWORKS:
        declared = any(package in found.installed for package in framework.packages)
        used = framework.module.partition(".")[0] in tops and any(
            name == framework.module or name.startswith(f"{framework.module}.") for name in imported
        )
        if framework.slug == "aiohttp":  # mostly used as a client
            used = declared = "aiohttp.web" in imported
        if (declared and framework.packages and framework.slug not in _LIBRARIES) or used:
            return framework
    return None


def _start(found: Found) -> Start | None:
    tree, django = found.tree, found.django
    if django:
        serving = Serving.ASGI if django.is_asgi else Serving.WSGI
        configured = tree.has("gunicorn.conf.py")
        command = serve(django.target, serving, factory=False, configured=configured)
        says = django.evidence[-1] if django.evidence else Evidence("manage.py", "is Django's")
        return Start(command, says, needs=SERVERS[serving], root=django.folder)
    entry = found.entry
    if entry and entry.app.serving is not Serving.SCRIPT:
        return start_entry(tree, entry)
    if found.framework and found.framework.slug in ("streamlit", "gradio"):
        return start_page(tree, found.modules, found.framework.slug)
    if found.framework and found.framework.slug == "pyramid":
        made = start_pyramid(tree, found.modules)
        return made or start_script(tree, found.modules)
    return start_script(tree, found.modules)

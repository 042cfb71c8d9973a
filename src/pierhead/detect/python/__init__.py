"""Python projects: from their manifests and their source to a recipe."""

from __future__ import annotations

from pierhead.detect.given import Given
from pierhead.detect.python.found import Found, read_found
from pierhead.detect.python.frameworks import Serving
from pierhead.detect.python.install import dependencies
from pierhead.detect.python.kept import kept_files
from pierhead.detect.python.needs import required_secrets
from pierhead.detect.python.runtime import python_runtime
from pierhead.detect.python.schema import schema_step
from pierhead.detect.python.supply import supplied
from pierhead.detect.routes import health_route
from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack


def find_python(tree: Tree, given: Given) -> Stack | None:
    """The Python project of a tree, or None if there is none.

    Confidence is at most 40 where no start command was found.
    """
    found = read_found(tree, given.written)
    if found is None:
        return None
    runtime, runtime_says = python_runtime(tree, found.declared)
    release, tool, schema_says = _release(found)
    extras, notes = supplied(found, tool)
    inside, outside = kept_files(tree, found.modules)
    notes += [f"{path} is written outside its own folder" for path in sorted(outside)]
    django, start = found.django, found.start
    notes += django.notes if django else ()
    recipe = Recipe(
        dependencies=dependencies(
            tree, found.declared, supplied=extras, runtime=runtime, as_of=given.as_of
        ),
        build=django.build if django else start.build if start else (),
        release=release,
        processes={"web": start.command} if start else {},
        port=start.port if start else None,
        environment=_environment(found),
        secrets=required_secrets(found.modules),
        shared=tuple(sorted(inside | set(django.shared if django else ()))),
        notes=(*(found.declared.notes if found.declared else ()), *notes),
    )
    framework = found.framework
    version = None
    if framework and found.declared:
        named = (found.declared.version_of(package) for package in framework.packages)
        version = next((v for v in named if v), None)
    return Stack(
        "python",
        framework.slug.removesuffix("-asgi") if framework else None,
        _confidence(found),
        _evidence(found, runtime_says, schema_says),
        recipe,
        version=version,
        runtime=runtime,
        package_manager=_manager(found),
        health_path=health_route(tree.text(module.path) for module in found.modules),
        services=find_services(tree, found.installed),
    )


_MANAGERS = {
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "Pipfile.lock": "pipenv",
    "Pipfile": "pipenv",
    "environment.yml": "conda",
}


def _manager(found: Found) -> str | None:
    """The tool that people of the project use, by the manifest that decides."""
    if found.declared is None:
        return None
    if found.declared.source == "pyproject.toml" and "[tool.poetry" in found.tree.text(
        "pyproject.toml"
    ):
        return "poetry"
    return _MANAGERS.get(found.declared.source, "pip")


def _release(found: Found) -> tuple[tuple[Command, ...], str | None, Evidence | None]:
    if found.django:
        return found.django.release, None, None
    return schema_step(found.tree, found.entry, found.installed)


def _environment(found: Found) -> dict[str, str]:
    """Where modules are imported from, and Django's settings where no module names them."""
    variables: dict[str, str] = {}
    django = found.django
    if django and django.settings and django.target.startswith("django.core"):
        variables["DJANGO_SETTINGS_MODULE"] = django.settings
    root = found.start.root if found.start else ""
    if root or found.tree.glob("src/*/__init__.py"):
        variables["PYTHONPATH"] = root or "src"
    return variables


def _confidence(found: Found) -> int:
    """Chance of being right, in percent, by what the answer rests on."""
    if found.start is None:
        base = 40 if found.framework else 30 if found.declared else 10
        return base - 10 * bool(found.problems)
    ready = found.django or (found.entry and found.entry.app.serving is not Serving.SCRIPT)
    if ready:
        base = 97 if found.declared and found.declared.source else 90
    elif found.framework:
        base = 90 if found.start.serves else 70
    elif found.start.serves:
        base = 80 if found.declared else 65
    else:
        base = 55 if found.declared else 35
    return base - 15 * bool(found.problems)


def _evidence(found: Found, *more: Evidence | None) -> tuple[Evidence, ...]:
    listed: list[Evidence | None] = []
    if found.declared and found.declared.source:
        source, framework = found.declared.source, found.framework
        package = framework.packages[0] if framework and framework.packages else None
        if package and package in found.installed:
            line = found.tree.line_of(source, package)
            listed.append(Evidence(source, f"declares {package}", line))
        else:
            listed.append(Evidence(source, "declares the dependencies"))
    if found.django:
        listed += found.django.evidence
    elif found.start:
        listed.append(found.start.evidence)
    listed += more
    listed += found.problems
    listed += [Evidence(m.path, "has a syntax error", m.broken) for m in found.modules if m.broken]
    return tuple(dict.fromkeys(e for e in listed if e is not None))

"""Django projects: where the settings are, what serves them, which data they keep."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pierhead.detect.python.kept import safe_relative
from pierhead.detect.python.modules import Module
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence

_SETTINGS = re.compile(r"""DJANGO_SETTINGS_MODULE["'],\s*["']([\w.]+)["']""")
_BASE = r"""(?:str\()?\s*(?:settings\.)?(?:BASE_DIR|PROJECT_ROOT|ROOT_DIR|PROJECT_DIR)"""
_FILE = re.compile(rf"""{_BASE}\s*[/,]\s*["']([\w./-]+\.(?:sqlite3?|db))["']""")
_MEDIA = re.compile(
    rf"""^MEDIA_ROOT\s*=\s*(?:os\.path\.join\()?(?:{_BASE}\s*[/,]\s*)?["']([\w./-]+)["']""",
    re.MULTILINE,
)
_STATIC = re.compile(r"^\s*STATIC_ROOT\s*=\s*(?!None)", re.MULTILINE)
_HOSTS = re.compile(r"^ALLOWED_HOSTS\s*=\s*(\[[^\]]*\])", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Django:
    """What is known of a Django project.

    Attributes:
        folder: that of manage.py; an empty text for the root.
        target: module and object to serve, such as `shop.wsgi:application`.
        is_asgi: whether that is an ASGI application.
    """

    folder: str
    manage: str | None
    settings: str | None
    target: str
    is_asgi: bool
    evidence: tuple[Evidence, ...]
    build: tuple[Command, ...]
    release: tuple[Command, ...]
    shared: tuple[str, ...]
    notes: tuple[str, ...]


def find_django(tree: Tree, modules: list[Module], installed: frozenset[str]) -> Django | None:
    """The Django project of a tree, or None if there is no manage.py and no handler."""
    manage = next(
        (
            p
            for p in (*tree.glob("manage.py"), *tree.glob("*/manage.py"))
            if "django" in tree.text(p)
        ),
        None,
    )
    handlers = [m for m in modules if any(a.framework == "django" for a in m.apps)]
    if manage is None and not handlers:
        return None
    folder = manage.rpartition("/")[0] if manage else ""
    match = _SETTINGS.search(tree.text(manage)) if manage else None
    settings = match[1] if match else None
    target, is_asgi, seen = _target(handlers, folder, settings, installed)
    if target is None:
        return None
    evidence = list(seen)
    if manage and settings:
        line = tree.line_of(manage, "DJANGO_SETTINGS_MODULE")
        evidence.insert(0, Evidence(manage, f"names the settings {settings}", line))
    sources = _settings_files(tree, folder, settings)
    text = "\n".join(tree.text(path) for path in sources)
    run = Command(("python", manage, "migrate", "--noinput")) if manage else None
    gather = Command(("python", manage, "collectstatic", "--noinput")) if manage else None
    return Django(
        folder=folder,
        manage=manage,
        settings=settings,
        target=target,
        is_asgi=is_asgi,
        evidence=tuple(evidence),
        build=(gather,) if gather and _STATIC.search(text) else (),
        release=(run,) if run else (),
        shared=_shared(text, folder),
        notes=_notes(text, installed),
    )


def _target(
    handlers: list[Module], folder: str, settings: str | None, installed: frozenset[str]
) -> tuple[str | None, bool, list[Evidence]]:
    package = (settings or "").partition(".")[0]
    wants_asgi = "channels" in installed or "daphne" in installed
    ranked = sorted(
        handlers,
        key=lambda m: (
            not m.path.startswith(f"{folder}/" if folder else ""),
            f"{package}/" not in m.path,
            (m.apps[0].serving.value == "asgi") != wants_asgi,
            m.path,
        ),
    )
    if ranked:
        module, app = ranked[0], ranked[0].apps[0]
        inner = module.path[len(folder) + 1 if folder else 0 :].removesuffix(".py")
        where = Evidence(module.path, f"{app.name} is a Django application", app.line)
        is_asgi = app.serving.value == "asgi"
        return f"{inner.replace('/', '.')}:{app.name}", is_asgi, [where]
    if settings:
        return "django.core.wsgi:get_wsgi_application()", False, []
    return None, False, []


def _settings_files(tree: Tree, folder: str, settings: str | None) -> list[str]:
    if not settings:
        return tree.glob("*/settings.py")
    base = (f"{folder}/" if folder else "") + settings.replace(".", "/")
    parent = base.rpartition("/")[0]
    found = [p for p in (f"{base}.py", f"{base}/__init__.py") if tree.has(p)]
    split = [f"{folder}/{n}" for folder in (base, parent) for n in ("base.py", "common.py")]
    return found + [p for p in split if tree.has(p)]


def _shared(text: str, folder: str) -> tuple[str, ...]:
    paths: set[str] = set()
    if "sqlite3" in text:
        paths.update(_FILE.findall(text))
    paths.update(_MEDIA.findall(text))
    inside = (safe_relative(f"{folder}/{p}" if folder else p) for p in paths if p[0] != "/")
    return tuple(sorted(p for p in inside if p))


def _notes(text: str, installed: frozenset[str]) -> tuple[str, ...]:
    notes: list[str] = []
    if _STATIC.search(text) and "whitenoise" not in installed and "whitenoise" not in text:
        notes.append(
            "static files are gathered into STATIC_ROOT, but nothing in the project serves them"
        )
    hosts = _HOSTS.search(text)
    if hosts and hosts[1] != "[]" and not any(h in hosts[1] for h in ("*", "localhost")):
        notes.append(f"ALLOWED_HOSTS is {hosts[1]}: other names are answered with 400")
    return tuple(notes)

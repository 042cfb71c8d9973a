"""How a Python project's packages get into its virtual environment."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from pierhead.domain.command import Command
from pierhead.generate import images
from pierhead.generate.instructions import cache, comment, copy_each, run, secret
from pierhead.generate.project import ImageOptions, Project

_CACHE = cache("/root/.cache/uv")
_NETRC = secret("netrc", "/root/.netrc")
_LOCKS = {
    "uv": "uv.lock",
    "poetry": "poetry.lock",
    "pdm": "pdm.lock",
    "pipenv": "Pipfile.lock",
}
# How each manager installs exactly what its lock file says, without development packages.
_INSTALL = {
    "uv": "uv sync --frozen --no-dev --no-install-project --no-editable",
    "poetry": f"uvx poetry=={images.POETRY} install --only main --no-root --no-interaction",
    "pdm": f"uvx pdm=={images.PDM} sync --prod --no-self --no-editable",
    "pipenv": f"uvx pipenv=={images.PIPENV} install --deploy --ignore-pipfile",
}
_CACHES = {
    "poetry": "/root/.cache/pypoetry",
    "pdm": "/root/.cache/pdm",
    "pipenv": "/root/.cache/pipenv",
}
_VALUED = frozenset(("-r", "-c", "--python", "--exclude-newer"))


def python_dependencies(project: Project, options: ImageOptions) -> list[str]:
    """Instructions that install what the manifests ask for; none if they ask for nothing."""
    found = project.recipe.dependencies
    if found is None:
        return []
    manager = _manager(project)
    mounts = [_CACHE, _NETRC]
    if manager in _CACHES:
        mounts.append(cache(_CACHES[manager]))
    lines = [_INSTALL[manager]] if manager else []
    copied = _manifests(project, manager)
    for command in found.install:
        lines += _installing(command, dict(found.files), locked=bool(manager))
    note = [comment("Asked for by manifests that no installer reads.")] if found.files else []
    return [
        *copied,
        *(note if not manager else []),
        run(*(lines or ["true"]), mounts=mounts, secrets=options.build_secrets),
    ]


def _manager(project: Project) -> str | None:
    """The manager whose lock file is there and decides, or None where plain files do."""
    manager = project.stack.package_manager
    if manager is None:  # what detection said before it named managers
        return next((m for m, lock in _LOCKS.items() if project.has(lock)), None)
    return manager if manager in _LOCKS and project.has(_LOCKS[manager]) else None


def _manifests(project: Project, manager: str | None) -> list[str]:
    if manager == "pipenv":
        return copy_each(project.present("Pipfile", "Pipfile.lock"))
    if manager:
        own = project.present("pyproject.toml", _LOCKS[manager], "poetry.toml", "pdm.toml")
        # Members of a uv workspace are read as well, each from its folder.
        members = project.named("pyproject.toml") if manager == "uv" else ()
        return copy_each(sorted({*own, *members}))
    wanted = [p for p in project.paths if _is_requirements(p)]
    return copy_each(
        [*wanted, *project.present("pylock.toml", "pyproject.toml", "setup.py", "setup.cfg")]
    )


def _is_requirements(name: str) -> bool:
    folder, _, base = name.rpartition("/")
    if folder not in ("", "requirements"):
        return False
    words = ("requirements", "constraints", "reqs")
    return base.endswith(".txt") and (folder != "" or any(word in base for word in words))


def _installing(command: Command, files: dict[str, str], *, locked: bool) -> Iterator[str]:
    """The recipe's own `uv pip install`; beside a lock file only what is added to it."""
    argv = command.argv
    if "pip" not in argv[:3]:
        if not locked:
            yield shlex.join(argv)
        return
    words, rest = [], list(argv[argv.index("install") + 1 :])
    while rest:
        word = rest.pop(0)
        value = rest.pop(0) if word in _VALUED and rest else None
        if word == "--python":
            continue
        if value and value.startswith("$BUILD/"):
            made = files.get(value.removeprefix("$BUILD/"), "").split("\n")
            words += [line for line in made if line] if word == "-r" and not locked else []
        elif not (locked and (value or word == "--no-deps")):
            words += [word, *([value] if value else [])]
    if any(not word.startswith("-") for word in words):
        yield f"uv pip install {shlex.join(words)}"

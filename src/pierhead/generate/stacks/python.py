"""Python: a virtual environment is made in one stage and taken over by the next."""

from __future__ import annotations

from pierhead.errors import InvalidInput
from pierhead.generate import images, probes
from pierhead.generate.blueprint import Blueprint, Stage
from pierhead.generate.commands import build_lines
from pierhead.generate.instructions import cache, comment, copy, env, path, run
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.stacks.assets import (
    assets_built,
    assets_caches,
    assets_installed,
    assets_left_behind,
    node_brought,
    node_stage,
)
from pierhead.generate.stacks.python_install import python_dependencies

_VENV = "/opt/venv"
_OLDEST = (3, 8)  # the oldest that uv installs for


def blueprint(project: Project, options: ImageOptions) -> Blueprint:
    """The image of a Python service."""
    version = _supported(images.release(project.stack))
    debian = images.debian("python", version)
    body, files = _environment(project, options), [copy([_VENV], _VENV, stage="build")]
    body += assets_installed(project, options)
    lines = [*assets_built(project), *build_lines(project.recipe.build, project.recipe.secrets)]
    lines += assets_left_behind(project)
    if lines:
        mounts = assets_caches(project)
        body += [copy(["."], "./"), run(*lines, mounts=mounts, secrets=options.build_secrets)]
        files.append(copy(["/app"], "/app", stage="build"))
    else:
        files.append(copy(["."], "./"))
    return Blueprint(
        base=f"library/python:{version}-slim-{debian}",
        stages=(
            *node_stage(project, debian),
            Stage("build", f"library/python:{version}-{debian}", tuple(body)),
        ),
        files=tuple(files),
        health=probes.python,
        environment={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"},
        path=(f"{_VENV}/bin",),
    )


def _supported(version: str) -> str:
    if tuple(map(int, version.split("."))) < _OLDEST:
        raise InvalidInput(
            f"Python {version} is older than any that today's installers run on",
            hint="ask for 3.8 or newer in .python-version, or write a Dockerfile of your own",
        )
    return version


def _environment(project: Project, options: ImageOptions) -> list[str]:
    """The instructions that make the virtual environment."""
    return [
        comment("The full image has compilers and headers; only the environment leaves it."),
        run(
            f"pip install --root-user-action=ignore uv=={images.UV}",
            mounts=[cache("/root/.cache/pip")],
        ),
        env(
            {
                "UV_COMPILE_BYTECODE": "1",
                "UV_LINK_MODE": "copy",
                "UV_PROJECT_ENVIRONMENT": _VENV,
                "UV_PYTHON_DOWNLOADS": "never",
                "VIRTUAL_ENV": _VENV,
            }
        ),
        path(f"{_VENV}/bin"),
        "WORKDIR /app",
        run(f"uv venv {_VENV}"),
        *node_brought(project),
        *python_dependencies(project, options),
    ]

"""The Dockerfile of a project: one blueprint for each stack, one way to write them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from pierhead.errors import InvalidInput
from pierhead.generate.blueprint import Blueprint, Stage
from pierhead.generate.instructions import arg, comment
from pierhead.generate.last_stage import last_stage, trusted
from pierhead.generate.project import ImageOptions, Project

_AT = "pierhead.generate.stacks"
# The module of each stack; imported when asked for.
STACKS: Mapping[str, str] = {
    "bun": "bun",
    "csharp": "csharp",
    "deno": "deno",
    "elixir": "elixir",
    "go": "go",
    "java": "jvm",
    "kotlin": "jvm",
    "node": "node",
    "php": "php",
    "python": "python",
    "ruby": "ruby",
    "rust": "rust",
    "scala": "jvm",
    "static": "static",
}
Template = Callable[[Project, ImageOptions], Blueprint]


def dockerfile(project: Project, options: ImageOptions | None = None) -> str:
    """The text of the project's Dockerfile.

    Raises:
        InvalidInput: if there is no template for the stack, or a value cannot stand in one.
    """
    wishes = options or ImageOptions()
    blueprint = _template(project)(project, wishes)
    head = [
        comment(f"{project.name}: build with `docker build -t {project.name} .` (Docker 23+)."),
        comment("A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=."),
        arg("REGISTRY", (wishes.mirror or blueprint.registry).rstrip("/")),
        f"ARG BASE={wishes.base or '${REGISTRY}/' + blueprint.base}",
    ]
    stages = [_stage(stage, wishes, blueprint) for stage in blueprint.stages]
    return "\n\n".join(["\n".join(head), *stages, last_stage(project, blueprint, wishes)]) + "\n"


def _template(project: Project) -> Template:
    name = "static" if _only_files(project) else project.stack.name
    if name not in STACKS or (name == "static" and not _only_files(project)):
        raise InvalidInput(
            f"no Dockerfile can be written for {name}",
            hint=f"there are ones for {', '.join(sorted(STACKS))}",
        )
    template: Template = import_module(f"{_AT}.{STACKS[name]}").blueprint
    return template


def _only_files(project: Project) -> bool:
    return project.recipe.static is not None and project.stack.name not in ("node", "bun", "deno")


def _stage(stage: Stage, options: ImageOptions, blueprint: Blueprint) -> str:
    names = {other.name for other in blueprint.stages}
    outside = stage.image not in names
    image = "${BASE}" if stage.image == "$BASE" else "${REGISTRY}/" + stage.image
    lines = [f"FROM {image if outside else stage.image} AS {stage.name}"]
    if outside:
        lines += trusted(options)
    lines += [arg(name, options.build_args[name]) for name in sorted(options.build_args)]
    return "\n".join([*lines, *stage.body])

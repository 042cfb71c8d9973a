"""Browser code beside a server: built with Node in the server's own build stage.

Its tools write where the server looks for the result, so both have to see the same folder.
"""

from __future__ import annotations

from pierhead.domain.command import Command
from pierhead.generate import images
from pierhead.generate.blueprint import Stage
from pierhead.generate.commands import build_lines, installed, shell_line
from pierhead.generate.instructions import cache, comment, copy, copy_each, run
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.stacks.node_tools import LOCKS, Tool, find_tool


def node_stage(project: Project, debian: str = "trixie") -> tuple[Stage, ...]:
    """Where Node is taken from, if it is needed."""
    if project.stack.assets is None:
        return ()
    return (Stage("node", f"library/node:{images.current('node')}-{debian}-slim", ()),)


def node_brought(project: Project) -> list[str]:
    """Node and npm beside the language of the stack."""
    if project.stack.assets is None:
        return []
    bring = _tool(project).bring
    lines = [
        "ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm",
        "ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx",
    ]
    if bring:
        lines.append(bring)
    return [
        comment("Node builds the browser's part of the project."),
        copy(["/usr/local/bin/node"], "/usr/local/bin/node", stage="node"),
        copy(["/usr/local/lib/node_modules"], "/usr/local/lib/node_modules", stage="node"),
        run(*lines, mounts=[cache("/root/.npm")] if bring else ()),
    ]


def assets_installed(project: Project, options: ImageOptions) -> list[str]:
    """The packages of the browser's part, before the source is there."""
    install = _install(project)
    if not install:
        return []
    lines = [shell_line(installed(command)) for command in install]
    return [
        *copy_each([*project.named("package.json"), *project.present(*LOCKS)]),
        run(*lines, mounts=assets_caches(project), secrets=options.build_secrets),
    ]


def assets_built(project: Project) -> list[str]:
    """Shell lines that build the browser's part."""
    assets = project.stack.assets
    return build_lines(map(installed, assets.build)) if assets else []


def assets_left_behind(project: Project) -> list[str]:
    """The shell line that removes what no server needs."""
    return ["rm -rf node_modules"] if _install(project) else []


def assets_caches(project: Project) -> list[str]:
    """Mounts of the package manager."""
    return [_tool(project).cache] if project.stack.assets else []


def _tool(project: Project) -> Tool:
    return find_tool(_install(project))


def _install(project: Project) -> tuple[Command, ...]:
    assets = project.stack.assets
    return assets.dependencies.install if assets and assets.dependencies else ()

"""Node: installed and built in one stage, and only what runs is taken over."""

from __future__ import annotations

from pierhead.domain.command import Command
from pierhead.domain.stack import StaticSite
from pierhead.generate import images, probes
from pierhead.generate.blueprint import Blueprint, Stage
from pierhead.generate.commands import build_lines, contained, installed, shell_line
from pierhead.generate.instructions import cache, comment, copy, copy_each, env, run, secret
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.stacks.node_tools import LOCKS, Tool, find_tool
from pierhead.generate.stacks.static import served

# Read by install scripts or by the manager itself.
_FOLDERS = ("patches", "prisma", ".yarn/releases", ".yarn/plugins", ".yarn/patches")
_STANDALONE = ".next/standalone/server.js"
_NPMRC = secret("npmrc", "/root/.npmrc")


def blueprint(project: Project, options: ImageOptions) -> Blueprint:
    """The image of a Node service, or of the files that Node builds."""
    version = images.release(project.stack)
    debian = images.debian("node", version)
    dependencies = project.recipe.dependencies
    tool = find_tool(dependencies.install if dependencies else ())
    site = project.recipe.static
    body = _build_body(project, options, tool)
    build = Stage("build", f"library/node:{version}-{debian}", tuple(body))
    if isinstance(site, StaticSite):
        return served(project, stages=(build,))
    built = bool(dependencies or project.recipe.build)
    web = project.recipe.processes.get("web", Command(()))
    return Blueprint(
        base=f"library/node:{version}-{debian}-slim",
        stages=(build,) if built else (),
        setup=_runtime_tool(project, tool),
        files=tuple(_taken(project) if built else [copy(["."], "./")]),
        health=probes.node,
        command=_standalone(contained(web)) if web.argv else None,
        environment={"NODE_ENV": "production"},
        writable=(".next/cache",) if _is_next(web) else (),
    )


def _build_body(project: Project, options: ImageOptions, tool: Tool) -> list[str]:
    """Install, then build, then leave out what only the build needed."""
    recipe = project.recipe
    lines = [
        comment("The full image has the compilers that native modules need."),
        env({"NODE_ENV": "production", **tool.environment}),
        "WORKDIR /app",
    ]
    if tool.bring:
        lines.append(run(tool.bring, mounts=[cache("/root/.npm")]))
    apart = any("postinstall" in command.argv for command in recipe.build)
    if recipe.dependencies:
        lines += [*_manifests(project), *_install(project, options, tool, apart=apart)]
    lines.append(copy(["."], "./"))
    if apart:
        lines.append(comment("Install scripts read the source, so they run now that it is there."))
        lines.append(run(tool.rebuild, mounts=[tool.cache]))
    commands = build_lines(map(installed, recipe.build), recipe.secrets)
    commands += _pruning(project, tool)
    if commands:
        lines.append(run(*commands, mounts=[tool.cache], secrets=options.build_secrets))
    return lines


def _manifests(project: Project) -> list[str]:
    members = [p for p in project.named("package.json") if "node_modules" not in p.split("/")]
    own = project.present(*LOCKS)
    folders = [f for f in _FOLDERS if project.below(f)]
    return [
        *copy_each([*members, *own]),
        *(copy([folder], f"./{folder}") for folder in folders),
    ]


def _install(project: Project, options: ImageOptions, tool: Tool, *, apart: bool) -> list[str]:
    dependencies = project.recipe.dependencies
    commands = dependencies.install if dependencies else ()
    lines = [shell_line(installed(command)) for command in commands]
    if apart and lines and tool.kind != "berry":
        lines[-1] += " --ignore-scripts"
    mounts = [tool.cache, _NPMRC]
    return [run(*lines, mounts=mounts, secrets=options.build_secrets)] if lines else []


def _pruning(project: Project, tool: Tool) -> list[str]:
    """Development packages go, unless something that runs may be one of them."""
    recipe = project.recipe
    web = recipe.processes.get("web")
    if recipe.static or not recipe.dependencies or web is None:
        return []
    argv = web.argv[0].split() if web.shell else web.argv
    runs = next((word for word in argv if word != "env" and "=" not in word), "")
    known = ("next", "nuxt", "remix-serve", "react-router-serve", "nest")
    sure = runs == "node" or runs.rpartition("/")[2] in known
    others = [*recipe.release, *(c for n, c in recipe.processes.items() if n != "web")]
    line = tool.prune(project)
    return [] if not sure or others or line is None else [line]


def _taken(project: Project) -> list[str]:
    """What the last stage needs of the built folder."""
    web = str(project.recipe.processes.get("web", ""))
    if _STANDALONE in web:
        public = [copy(["/app/public"], "./public", stage="build")]
        return [
            copy(["/app/.next/standalone"], "./", stage="build"),
            copy(["/app/.next/static"], "./.next/static", stage="build"),
            *(public if project.below("public") else []),
        ]
    if ".output/server/" in web:
        note = comment("Nitro's output is whole in itself: no node_modules.")
        return [note, copy(["/app/.output"], "./.output", stage="build")]
    return [copy(["/app"], "./", stage="build")]


def _standalone(command: Command) -> Command:
    return Command(tuple(part.replace(_STANDALONE, "server.js") for part in command.argv))


def _is_next(web: Command) -> bool:
    return any(word.endswith("/next") or _STANDALONE in word for word in web.argv)


def _runtime_tool(project: Project, tool: Tool) -> tuple[str, ...]:
    """The manager, where a command that runs calls it."""
    calls = [*project.recipe.processes.values(), *project.recipe.release]
    name = "yarn" if tool.kind == "berry" else tool.kind
    if tool.bring is None or not any(name in str(installed(c)).split() for c in calls):
        return ()
    return (run(tool.bring, mounts=[cache("/root/.npm")]),)

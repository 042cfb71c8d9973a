"""Deno: its modules are fetched once, and the program runs from the source."""

from __future__ import annotations

import shlex

from pierhead.generate import images, probes
from pierhead.generate.blueprint import Blueprint
from pierhead.generate.instructions import comment, copy, env
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.stacks.building import build_stage
from pierhead.generate.stacks.static import served

_FETCHED = "/deno-dir"
_MANIFESTS = ("deno.json", "deno.jsonc", "deno.lock", "import_map.json", "package.json")


def blueprint(project: Project, options: ImageOptions) -> Blueprint:
    """The image of a Deno service, or of the files that Deno builds."""
    image = f"denoland/deno:{images.release(project.stack)}"
    build = build_stage(
        project,
        options,
        image,
        manifests=project.named(*_MANIFESTS),
        caches=(),
        before=[
            comment("No cache mount: what is fetched is run from this folder, so it is kept."),
            env({"DENO_DIR": _FETCHED}),
        ],
        ready=[f"mkdir -p {_FETCHED}"],
        after=_fetching(project),
    )
    if project.recipe.static:
        return served(project, stages=(build,))
    return Blueprint(
        image,
        (copy([_FETCHED], _FETCHED, stage="build"), copy(["/app"], "./", stage="build")),
        (build,),
        health=probes.deno,
        environment={"DENO_DIR": _FETCHED, "DENO_NO_UPDATE_CHECK": "1"},
        writable=(_FETCHED,),
    )


def _fetching(project: Project) -> list[str]:
    """All that the program imports, by address too, so that it starts without a network."""
    web = project.recipe.processes.get("web")
    words = web.argv if web and not web.shell else ()
    entry = next((w for w in words if w.endswith((".ts", ".tsx", ".js", ".mjs"))), None)
    return [f"deno cache {shlex.quote(entry)}"] if entry and project.has(entry) else []

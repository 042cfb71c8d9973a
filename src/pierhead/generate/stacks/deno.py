"""Deno: its modules are fetched once, and the program runs from the source."""

from __future__ import annotations

from pierhead.generate import images, probes
from pierhead.generate.blueprint import Blueprint
from pierhead.generate.instructions import cache, copy, env, run
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
        caches=(cache("/root/.cache/deno"),),
        before=[env({"DENO_DIR": _FETCHED})],
    )
    if project.recipe.static:
        return served(project, stages=(build,))
    return Blueprint(
        image,
        (copy([_FETCHED], _FETCHED, stage="build"), copy(["/app"], "./", stage="build")),
        (build,),
        setup=(run(f"mkdir -p {_FETCHED}"),),
        health=probes.deno,
        environment={"DENO_DIR": _FETCHED, "DENO_NO_UPDATE_CHECK": "1"},
        writable=(_FETCHED,),
    )

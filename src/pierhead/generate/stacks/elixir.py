"""Elixir: a release with its own runtime, on the Debian it was built on."""

from __future__ import annotations

from pierhead.generate import images, probes
from pierhead.generate.blueprint import Blueprint
from pierhead.generate.instructions import cache, copy
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.stacks.assets import node_brought, node_stage
from pierhead.generate.stacks.building import build_stage

_CACHES = (cache("/root/.hex"), cache("/root/.cache/rebar3"))


def blueprint(project: Project, options: ImageOptions) -> Blueprint:
    """The image of an Elixir service.

    It runs on the slim image of the same Elixir: a release needs the very libraries it was built
    with, and only that image surely has them.
    """
    version = images.release(project.stack)
    output = project.stack.output or f"_build/prod/rel/{project.name.replace('-', '_')}"
    config = [p for p in project.paths if p.startswith("config/") and p.endswith(".exs")]
    build = build_stage(
        project,
        options,
        f"library/elixir:{version}",
        manifests=[*project.named("mix.exs", "mix.lock"), *config],
        caches=_CACHES,
        before=node_brought(project),
        ready=["mix local.hex --force --if-missing", "mix local.rebar --force --if-missing"],
        settled=["mix deps.compile"] if project.recipe.dependencies else (),
        environment={"LANG": "C.UTF-8", "MIX_ENV": "prod", "MIX_HOME": "/opt/mix"},
        # The file with the nodes' common secret is its owner's alone, who is not the user.
        after=[f"chmod -R a+rX {output}"],
    )
    return Blueprint(
        f"library/elixir:{version}-slim",
        (copy([f"/app/{output}"], f"./{output}", stage="build"),),
        (*node_stage(project), build),
        health=probes.bash,
        environment={
            "LANG": "C.UTF-8",
            # Nodes that know each other are asked for by RELEASE_DISTRIBUTION=name and a cookie.
            "RELEASE_DISTRIBUTION": "none",
            "RELEASE_TMP": "/tmp",  # noqa: S108 - the container's own
        },
    )

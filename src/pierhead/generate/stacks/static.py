"""Files behind Caddy, which needs no account of root's and no shell to start."""

from __future__ import annotations

from pierhead.domain.command import Command
from pierhead.generate import images, probes
from pierhead.generate.blueprint import Blueprint, Stage
from pierhead.generate.instructions import comment, copy, run
from pierhead.generate.project import ImageOptions, Project


def blueprint(project: Project, options: ImageOptions) -> Blueprint:  # noqa: ARG001 - one shape
    """The image of a folder of pages."""
    return served(project)


def served(project: Project, stages: tuple[Stage, ...] = ()) -> Blueprint:
    """An image that serves the recipe's folder; from the last of the stages if there are some."""
    site = project.recipe.static
    root = site.root if site else "."
    if stages:
        inside = "/app" if root == "." else f"/app/{root}"
        files = copy([inside], "/srv", stage=stages[-1].name)
    else:
        files = copy([root], "/srv")
    return Blueprint(
        base=images.CADDY,
        stages=stages,
        setup=(
            comment(
                "The right to low ports is not used here, and a program that has it does not start"
                " where new rights are forbidden (no-new-privileges)."
            ),
            run("setcap -r /usr/bin/caddy"),
        ),
        files=(copy(["Caddyfile"], "/etc/caddy/Caddyfile"), files),
        health=probes.busybox,
        command=Command(("caddy", "run", "--config", "/etc/caddy/Caddyfile")),
        alpine=True,
        workdir="/srv",
    )

"""Rust: built with the crates' own lock file, run on Debian without a compiler."""

from __future__ import annotations

import re
import shlex

from pierhead.generate import images, probes
from pierhead.generate.blueprint import Blueprint
from pierhead.generate.instructions import cache, copy
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.stacks.assets import node_brought, node_stage
from pierhead.generate.stacks.building import build_stage, read_when_running

_REGISTRY = (cache("/usr/local/cargo/registry"), cache("/usr/local/cargo/git/db"))
_TARGETS = re.compile(r"(?:.*/)?(?:src/(?:main|lib)\.rs|src/bin/.*\.rs|build\.rs)")


def blueprint(project: Project, options: ImageOptions) -> Blueprint:
    """The image of a Rust service."""
    version = images.release(project.stack)
    debian = images.debian("rust", version)
    output = project.stack.output or f"target/release/{project.name}"
    manifests = project.named(
        "Cargo.toml", "Cargo.lock", "rust-toolchain", "rust-toolchain.toml", "config.toml"
    )
    build = build_stage(
        project,
        options,
        f"library/rust:{version}-{debian}",
        manifests=[p for p in manifests if not p.endswith("config.toml") or ".cargo/" in p],
        caches=(*_REGISTRY, cache("/app/target", locked=True)),
        before=node_brought(project),
        ready=_stubs(project),
        # target/ is a cache that no other stage sees.
        after=["mkdir -p /out", f"cp {shlex.quote(output)} /out/program"],
    )
    return Blueprint(
        f"library/debian:{debian}-slim",
        (
            copy(["/out/program"], f"./{output}", stage="build"),
            *read_when_running(project, manifests),
        ),
        (*node_stage(project, debian), build),
        # With the certificates comes OpenSSL's library, which many crates link to.
        packages=("ca-certificates",),
        health=probes.bash,
    )


def _stubs(project: Project) -> list[str]:
    """Cargo wants to see the files of its targets before it fetches; empty ones will do."""
    files = sorted(path for path in project.paths if _TARGETS.fullmatch(path))
    if not files or project.recipe.dependencies is None:
        return []
    folders = sorted({path.rpartition("/")[0] or "." for path in files})
    return [f"mkdir -p {shlex.join(folders)}", f"touch {shlex.join(files)}"]

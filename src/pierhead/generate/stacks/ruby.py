"""Ruby: gems are built in one stage and taken over by the next."""

from __future__ import annotations

from pierhead.generate import images, probes
from pierhead.generate.blueprint import Blueprint
from pierhead.generate.instructions import cache, copy, secret
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.stacks.assets import node_brought, node_stage
from pierhead.generate.stacks.building import build_stage

_GEMS = "/usr/local/bundle"
_CACHES = (cache("/root/.bundle/cache"), secret("netrc", "/root/.netrc"))
_MANIFESTS = (
    "Gemfile",
    "Gemfile.lock",
    ".ruby-version",
    ".tool-versions",
    "gems.rb",
    "gems.locked",
)
# What the gems of these servers link to.
_LIBRARIES = {"mysql": "libmariadb3", "postgres": "libpq5"}
_WRITTEN = {"rails": ("log", "storage", "tmp"), "hanami": ("log", "tmp")}


def blueprint(project: Project, options: ImageOptions) -> Blueprint:
    """The image of a Ruby service."""
    version = images.release(project.stack)
    debian = images.debian("ruby", version)
    environment = {"BUNDLE_PATH": _GEMS, "BUNDLE_WITHOUT": "development:test"}
    if project.has("Gemfile.lock"):
        environment["BUNDLE_DEPLOYMENT"] = "1"
    build = build_stage(
        project,
        options,
        f"library/ruby:{version}-{debian}",
        manifests=[*project.present(*_MANIFESTS), *_own_gems(project)],
        caches=_CACHES,
        before=node_brought(project),
        environment={**environment, **_mode(project), "BUNDLE_GLOBAL_GEM_CACHE": "true"},
    )
    libraries = [lib for name, lib in _LIBRARIES.items() if name in project.stack.services]
    return Blueprint(
        f"library/ruby:{version}-slim-{debian}",
        (copy([_GEMS], _GEMS, stage="build"), copy(["/app"], "./", stage="build")),
        (*node_stage(project, debian), build),
        packages=tuple(libraries),
        health=probes.ruby,
        environment={**environment, **_mode(project)},
        writable=_WRITTEN.get(project.stack.framework or "", ()),
    )


def _own_gems(project: Project) -> list[str]:
    """Gems that lie in the project: Bundler loads their gemspecs, which read their version."""
    specs = {path for path in project.paths if path.endswith(".gemspec")}
    folders = {path.rpartition("/")[0] for path in specs}
    versions = [
        path
        for path in project.named("version.rb")
        if any(path.startswith(f"{f}/lib/" if f else "lib/") for f in folders)
    ]
    return sorted({*specs, *versions})


def _mode(project: Project) -> dict[str, str]:
    names = {"rails": "RAILS_ENV", "hanami": "HANAMI_ENV"}
    name = names.get(project.stack.framework or "", "RACK_ENV")
    logs = {"RAILS_LOG_TO_STDOUT": "1", "RAILS_SERVE_STATIC_FILES": "1"}
    return {name: "production", **(logs if name == "RAILS_ENV" else {})}

"""The stage that compiles, which is alike for every stack that has one."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence

from pierhead.generate.blueprint import Stage
from pierhead.generate.commands import build_lines, installed, shell_line
from pierhead.generate.instructions import comment, copy, copy_each, env, run
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.stacks.assets import (
    assets_built,
    assets_caches,
    assets_installed,
    assets_left_behind,
)

# Folders that programs of many kinds read when they run.
_READ = (
    "assets",
    "config",
    "configs",
    "data",
    "i18n",
    "locales",
    "migrations",
    "public",
    "resources",
    "static",
    "templates",
    "views",
    "web",
)
_NOT_THE_PROGRAM = ("*-plain.*", "*-sources.*", "*-javadoc.*", "original-*")
_SETTINGS = (".yaml", ".yml", ".toml", ".json", ".ini")


def build_stage(
    project: Project,
    options: ImageOptions,
    image: str,
    *,
    manifests: Iterable[str],
    caches: Sequence[str],
    before: Sequence[str] = (),
    ready: Sequence[str] = (),
    settled: Sequence[str] = (),
    first: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    after: Sequence[str] = (),
    name: str = "build",
) -> Stage:
    """Install what the manifests ask for, then copy the source, then build it.

    Args:
        project: what is built.
        options: wishes for the image.
        image: that the stage starts from.
        manifests: files that the install reads.
        caches: mounts of install and build.
        before: instructions that come first.
        ready: shell lines before the install's own.
        settled: shell lines after the install's own.
        first: shell lines before the build's own.
        environment: variables of the stage.
        after: shell lines after the build's own.
        name: of the stage.
    """
    recipe = project.recipe
    lines = [*([env(environment)] if environment else []), "WORKDIR /app", *before]
    lines += copy_each([path for path in manifests if project.has(path)])
    install = list(ready)
    if recipe.dependencies:
        install += [shell_line(installed(command)) for command in recipe.dependencies.install]
    install += settled
    if install:
        lines.append(run(*install, mounts=caches, secrets=options.build_secrets))
    lines += [*assets_installed(project, options), copy(["."], "./")]
    built = [*first, *assets_built(project), *build_lines(recipe.build, recipe.secrets), *after]
    built += assets_left_behind(project)
    if built:
        mounts = [*caches, *assets_caches(project)]
        lines.append(run(*built, mounts=mounts, secrets=options.build_secrets))
    return Stage(name, image, tuple(lines))


def read_when_running(project: Project, manifests: Iterable[str] = ()) -> list[str]:
    """What a compiled program may read beside itself: usual folders and settings."""
    # Kept data is left out of the build, so there is nothing of it to copy.
    kept = {path.split("/")[0] for path in project.recipe.shared}
    folders = [folder for folder in _READ if project.below(folder) and folder not in kept]
    skipped = {*manifests, "package.json", "package-lock.json", "pierhead.toml", "compose.yaml"}
    files = sorted(
        path
        for path in project.paths
        if "/" not in path
        and path.endswith(_SETTINGS)
        and path not in skipped
        and not path.startswith((".", "docker-compose", "compose", "tsconfig"))
    )
    if not folders and not files:
        return []
    lines = [comment("What the program may read as it runs; add what else it opens.")]
    lines += [copy([folder], f"./{folder}") for folder in folders]
    return [*lines, *([copy(files, "./")] if files else [])]


def found_jar(pattern: str, target: str) -> list[str]:
    """Shell lines that take the one archive that runs of those a build leaves.

    Args:
        pattern: such as `build/libs/*.jar`; the version is part of the name.
        target: the file it becomes.
    """
    parts = pattern.split("/")
    fixed = next(n for n, part in enumerate(parts) if "*" in part)
    root = posixpath.join(*parts[:fixed]) if fixed else "."
    others = " ".join(f"! -name '{name}'" for name in _NOT_THE_PROGRAM)
    depth = len(parts) - fixed
    find = (
        f"find {root} -maxdepth {depth} -path '{pattern}'",
        f"    {others}",
        f"    -exec cp {{}} {target} \\;",
    )
    return [
        f"mkdir -p {posixpath.dirname(target)}",
        " \\\n    ".join(find),
        f"test -f {target}",
    ]

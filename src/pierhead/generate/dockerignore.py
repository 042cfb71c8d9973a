""".dockerignore: what a build needs no sight of."""

from __future__ import annotations

from pierhead.generate.instructions import comment
from pierhead.generate.project import Project

_ALWAYS = {
    "History and tools of development": (
        "**/.DS_Store",
        ".editorconfig",
        ".git",
        ".gitattributes",
        ".github",
        ".gitignore",
        ".gitlab-ci.yml",
        ".idea",
        ".vscode",
    ),
    "What describes the container is no part of it": (
        ".dockerignore",
        "Dockerfile*",
        "compose*.y*ml",
        "docker-compose*.y*ml",
    ),
    "Secrets are given when the container starts": (
        "**/.env",
        "**/.env.*",
        "!**/.env.example",
        "**/*.key",
        "**/id_ed25519",
        "**/id_rsa",
        ".netrc",
    ),
    "Left by programs that ran here": ("**/*.log", "**/*.swp", "**/tmp/*.pid"),
}
_NODE = (
    "**/.cache",
    "**/.next",
    "**/.nuxt",
    "**/.output",
    "**/.svelte-kit",
    "**/.turbo",
    "**/node_modules",
    "coverage",
)
# Not at any depth: a package of the source may well be named build.
_JVM = (
    "**/*.class",
    "**/.bsp",
    "**/.gradle",
    "**/.metals",
    "*/build",
    "*/target",
    "build",
    "target",
)
# What a project that installs nothing has brought along.
_INSTALLED = frozenset(("deps", "node_modules", "**/node_modules", "vendor", "vendor/bundle"))
_STACKS: dict[str, tuple[str, ...]] = {
    "python": (
        "**/*.egg-info",
        "**/*.py[cod]",
        "**/.coverage",
        "**/.mypy_cache",
        "**/.pytest_cache",
        "**/.ruff_cache",
        "**/.venv",
        "**/__pycache__",
        "**/htmlcov",
        "**/venv",
        ".nox",
        ".tox",
    ),
    "node": _NODE,
    "bun": _NODE,
    "deno": ("**/node_modules", "coverage"),
    "php": (
        "bootstrap/cache/*.php",
        "node_modules",
        "storage/logs/*",
        "var/cache",
        "var/log",
        "vendor",
    ),
    "go": ("**/*.test", "bin/app", "coverage.out"),
    "ruby": (".bundle", "coverage", "log/*", "node_modules", "tmp/*", "vendor/bundle"),
    "java": _JVM,
    "kotlin": _JVM,
    "scala": (*_JVM, "project/project"),
    "csharp": ("**/.vs", "**/TestResults", "**/bin", "**/obj", "out"),
    "rust": ("**/*.pdb", "target"),
    "elixir": ("_build", "assets/node_modules", "cover", "deps", "erl_crash.dump"),
}


def dockerignore(project: Project) -> str:
    """The text of the project's .dockerignore."""
    groups = list(_ALWAYS.items())
    own = sorted(set(_STACKS.get(project.stack.name, ())) - _needed(project))
    if own:
        groups.append(("Installed and built inside the image", tuple(own)))
    kept = sorted(path for path in project.recipe.shared if path not in (".", ""))
    if kept:
        groups.append(("Data of this machine, which a container has of its own", tuple(kept)))
    return "\n".join(comment(title) + "\n" + "\n".join(p) + "\n" for title, p in groups)


def _needed(project: Project) -> set[str]:
    """Patterns for what is served or run as it is, because no build makes it."""
    recipe = project.recipe
    found = set() if recipe.dependencies else set(_INSTALLED)
    if recipe.static is not None and not recipe.build:
        parts = recipe.static.root.split("/")
        found |= {form for part in parts for form in (part, f"**/{part}")}
    return found

"""Scripts of package.json: which are for production, and what they really start."""

from __future__ import annotations

import re
import shlex
from posixpath import normpath

from pierhead.detect.node.package import Package
from pierhead.detect.tree import Tree

_DEVELOPMENT = re.compile(
    r"(?:^|[\s&|;/'\"])(?:nodemon|ts-node-dev|vite-node|live-server|browser-sync|webpack-dev-server|"
    r"react-scripts start|react-app-rewired start|craco start|vue-cli-service serve|ng serve|"
    r"next dev|nuxt dev|nuxi dev|gatsby develop|astro dev|remix dev|remix vite:dev|"
    r"react-router dev|svelte-kit dev|vitepress dev|docusaurus start|webpack serve|webpack --watch|"
    r"parcel serve|parcel (?:\./)?(?:src|public|index)|eleventy --serve|snowpack dev|wmr|nx serve|"
    r"rollup -c -w|nest start --watch|tsx watch|node --watch|hexo server|expo start|electron)"
    r"(?=$|[\s'\"&|;])"
)
_VITE = re.compile(r"(?:^|[\s&|;'\"])(?:npx )?vite(?:\s+(?:dev|serve))?(?:\s+-|\s*$|\s*[&|;'\"])")
_SHELL = re.compile(r"[&|;<>$`*?(){}\n\\]")
_USUAL = (
    "server.js", "index.js", "app.js", "main.js", "server.mjs", "index.mjs", "app.mjs", "main.mjs",
    "server.cjs", "index.cjs", "src/server.js", "src/index.js", "src/app.js", "src/main.js",
    "bin/www", "server/index.js", "server/server.js", "server/app.js", "api/index.js",
)  # fmt: skip


def is_development(script: str) -> bool:
    """Whether a script starts a development server."""
    return bool(_DEVELOPMENT.search(script) or _VITE.search(script))


def watched_file(tree: Tree, script: str) -> str | None:
    """The JavaScript file that a script only starts through a watcher, if it is there."""
    if not re.match(r"(?:npx )?nodemon\b|node --watch", script) or _SHELL.search(script):
        return None
    words = [word for word in script.split() if re.search(r"\.[cm]?js$", word)]
    return existing(tree, words[-1]) if words else None


def plain_words(script: str) -> tuple[str, ...] | None:
    """The argv of a script that needs no shell and only calls node; None for others."""
    if _SHELL.search(script):
        return None
    try:
        words = shlex.split(script)
    except ValueError:
        return None
    return tuple(words) if words[:1] == ["node"] and len(words) > 1 else None


def production_script(package: Package) -> str | None:
    """The name of the script that starts the service in production, or None."""
    preferred = "start:prod" if "nest start" in package.scripts.get("start", "") else "start"
    for name in (preferred, "start", "start:prod", "start:production", "serve:prod"):
        script = package.scripts.get(name)
        if script and script.strip() and not is_development(script) and not _says_nothing(script):
            return name
    return None


def _says_nothing(script: str) -> bool:
    return bool(re.match(r"\s*(?:echo|exit|true|:)\b", script)) and "&&" not in script


def existing(tree: Tree, path: str) -> str | None:
    """A file as `node` would find it: as named, with an ending, or as a folder's index."""
    clean = normpath(path)
    if clean.startswith(("..", "/")):
        return None
    return tree.first(clean, f"{clean}.js", f"{clean}.mjs", f"{clean}.cjs", f"{clean}/index.js")


def main_file(tree: Tree, package: Package) -> str | None:
    """The JavaScript file to start where no script says so."""
    named = existing(tree, package.main) if package.main else None
    return named or tree.first(*_USUAL)

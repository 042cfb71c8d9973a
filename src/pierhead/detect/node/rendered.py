"""Frameworks that are built and then either render on a server or leave files."""

from __future__ import annotations

import re
from collections.abc import Callable

from pierhead.detect.node.package import Package
from pierhead.detect.node.sites import config_text
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import StaticSite

Outcome = Command | StaticSite
_BIN = "node_modules/.bin"


def rendered(tree: Tree, package: Package, slug: str) -> tuple[Outcome, str | None]:
    """How a project of this framework runs once it is built, and a note on an assumption."""
    return _RULES[slug](tree, package)


def _next(tree: Tree, _package: Package) -> tuple[Outcome, str | None]:
    if re.search(r"""output\s*:\s*['"]export['"]""", config_text(tree, "next.config")):
        return StaticSite("out"), None
    listen = ("--hostname", "127.0.0.1", "--port", "$PORT")
    return Command((f"{_BIN}/next", "start", *listen)), None


def _nuxt(tree: Tree, package: Package) -> tuple[Outcome, str | None]:
    version = package.version_of("nuxt") or ""
    if package.uses("nuxt-edge") or re.match(r"[\^~]?[12]\.", version):
        if re.search(r"target\s*:\s*['\"]static['\"]", config_text(tree, "nuxt.config")):
            return StaticSite("dist", "200.html"), None
        return Command((f"{_BIN}/nuxt", "start", "--port", "$PORT")), None
    if "generate" in package.scripts.get("build", ""):
        return StaticSite(".output/public", "200.html"), None
    return Command(("node", ".output/server/index.mjs")), None


def _sveltekit(tree: Tree, package: Package) -> tuple[Outcome, str | None]:
    text = config_text(tree, "svelte.config")
    if "adapter-static" in text:
        match = re.search(r"fallback\s*:\s*['\"]([^'\"]+)['\"]", text)
        return StaticSite("build", match[1] if match else None), None
    if "adapter-node" in text or package.uses("@sveltejs/adapter-node"):
        match = re.search(r"\bout\s*:\s*['\"]([\w./-]+)['\"]", text)
        return Command(("node", match[1] if match else "build")), None
    listen = ("--host", "127.0.0.1", "--port", "$PORT")
    note = "svelte.config.js has no adapter-node: it is served by `vite preview`"
    return Command((f"{_BIN}/vite", "preview", *listen)), note


def _astro(tree: Tree, package: Package) -> tuple[Outcome, str | None]:
    text = config_text(tree, "astro.config")
    if package.uses("@astrojs/node") and "@astrojs/node" in text:
        if re.search(r"mode\s*:\s*['\"]standalone['\"]", text):
            return Command(("node", "dist/server/entry.mjs")), None
        listen = ("--host", "127.0.0.1", "--port", "$PORT")
        note = "@astrojs/node is not in standalone mode: it is served by `astro preview`"
        return Command((f"{_BIN}/astro", "preview", *listen)), note
    match = re.search(r"outDir\s*:\s*['\"]([^'\"]+)['\"]", text)
    folder = match[1].removeprefix("./").strip("/") if match else "dist"
    return StaticSite(folder if ".." not in folder and folder else "dist"), None


def _remix(tree: Tree, _package: Package) -> tuple[Outcome, str | None]:
    built = "build/server/index.js" if config_text(tree, "vite.config") else "build/index.js"
    return Command((f"{_BIN}/remix-serve", built)), None


def _react_router(tree: Tree, _package: Package) -> tuple[Outcome, str | None]:
    if re.search(r"ssr\s*:\s*false", config_text(tree, "react-router.config")):
        return StaticSite("build/client", "index.html"), None
    return Command((f"{_BIN}/react-router-serve", "build/server/index.js")), None


_RULES: dict[str, Callable[[Tree, Package], tuple[Outcome, str | None]]] = {
    "nextjs": _next,
    "nuxt": _nuxt,
    "sveltekit": _sveltekit,
    "astro": _astro,
    "remix": _remix,
    "react-router": _react_router,
}

# What builds each where package.json has no build script.
BUILDERS = {
    "nextjs": ("next", "build"),
    "nuxt": ("nuxt", "build"),
    "sveltekit": ("vite", "build"),
    "astro": ("astro", "build"),
    "remix": ("remix", "vite:build"),
    "react-router": ("react-router", "build"),
    "gatsby": ("gatsby", "build"),
    "docusaurus": ("docusaurus", "build"),
    "vitepress": ("vitepress", "build"),
    "eleventy": ("eleventy",),
    "hexo": ("hexo", "generate"),
    "nestjs": ("nest", "build"),
    "vite": ("vite", "build"),
    "react-scripts": ("react-scripts", "build"),
    "vue-cli": ("vue-cli-service", "build"),
    "angular": ("ng", "build"),
    "parcel": ("parcel", "build"),
    "webpack": ("webpack", "--mode", "production"),
    "rollup": ("rollup", "-c"),
}
# Start scripts that are the framework's own command, which we call ourselves with the port.
PLAIN_STARTS = re.compile(
    r"(?:cross-env\s+|NODE_ENV=production\s+)*(?:npx\s+)?(?:next start|nuxt start|nuxi preview|"
    r"nuxt preview|vite preview|astro preview|serve(?:\s+-\S+)*\s+\S+|gatsby serve|"
    r"docusaurus serve|vitepress (?:serve|preview)|node build|node build/index\.js)"
    r"(?:\s+(?:\.|-\S+(?:\s+[\w.$:{}-]+)?))*\s*"
)

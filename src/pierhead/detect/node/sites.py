"""Node projects that build into files: into which folder, and with which fallback."""

from __future__ import annotations

import json
import re
from posixpath import normpath

from pierhead.detect.node.package import Package
from pierhead.detect.tree import Tree
from pierhead.domain.stack import StaticSite

_OUT_DIR = re.compile(r"outDir\s*:\s*['\"]([^'\"]+)['\"]")
_VITE_ROOT = re.compile(r"\broot\s*:\s*['\"]([^'\"]+)['\"]")
_WEBPACK = re.compile(r"path\s*:\s*path\.(?:resolve|join)\(\s*__dirname\s*,\s*['\"]([^'\"]+)['\"]")
_ENDINGS = ("js", "ts", "mjs", "mts", "cjs")
PAGES = "index.html"


def config_text(tree: Tree, stem: str) -> str:
    """The text of a tool's configuration file, such as `vite.config.ts`; empty without one."""
    path = tree.first(*(f"{stem}.{ending}" for ending in _ENDINGS))
    return tree.text(path) if path else ""


def build_tool(package: Package) -> str | None:
    """The tool that makes files of browser code, or None."""
    scripts = " ".join(package.scripts.get(name, "") for name in ("build", "start", "dev"))
    tools = (
        ("react-scripts", ("react-scripts", "react-app-rewired", "@craco/craco")),
        ("vue-cli", ("@vue/cli-service",)),
        ("preact-cli", ("preact-cli",)),
        ("angular", ("@angular/cli", "@angular/build")),
        ("vite", ("vite",)),
        ("parcel", ("parcel", "parcel-bundler")),
        ("webpack", ("webpack",)),
        ("rollup", ("rollup",)),
    )
    for tool, names in tools:
        if package.uses(*names) or re.search(rf"(?:^|\s){tool}(?:\s|$)", scripts):
            return tool
    return None


def application_site(tree: Tree, package: Package, tool: str) -> StaticSite | None:
    """Where a browser application's files are, unknown paths answered by its page."""
    script = package.scripts.get("build", "")
    root: str | None
    if tool == "preact-cli":
        root = "build"
    elif tool == "react-scripts":
        match = re.search(r"BUILD_PATH=['\"]?([\w./-]+)", script)
        root = match[1] if match else "build"
    elif tool == "vue-cli":
        match = re.search(r"outputDir\s*:\s*['\"]([^'\"]+)['\"]", config_text(tree, "vue.config"))
        root = match[1] if match else "dist"
    elif tool == "angular":
        root = _angular(tree)
    elif tool == "vite":
        root = _vite(tree, script)
    elif tool == "rollup":
        root = "public" if tree.has("public/index.html") else "dist"
    elif tool == "webpack":
        match = _WEBPACK.search(config_text(tree, "webpack.config"))
        root = match[1] if match else "dist"
    else:
        match = re.search(r"(?:--dist-dir|--out-dir|-d)[ =]([\w./-]+)", script)
        root = match[1] if match else "dist"
    inside = _inside(root)
    return StaticSite(inside, PAGES) if inside else None


def _vite(tree: Tree, script: str) -> str:
    if match := re.search(r"--outDir[ =]([\w./-]+)", script):
        return match[1]
    text = config_text(tree, "vite.config")
    out, root = _OUT_DIR.search(text), _VITE_ROOT.search(text)
    folder = out[1] if out else "dist"
    return f"{root[1]}/{folder}" if root else folder


def _angular(tree: Tree) -> str:
    """From angular.json: the application builder puts the browser's part into `browser/`."""
    try:
        document = json.loads(tree.text("angular.json") or "{}")
        projects = document["projects"]
        name = document.get("defaultProject") or next(iter(projects))
        build = projects[name]["architect"]["build"]
        out = build.get("options", {}).get("outputPath", f"dist/{name}")
        builder = str(build.get("builder", ""))
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, RecursionError):
        return "dist"
    if isinstance(out, dict):
        browser = out.get("browser", "browser")
        return f"{out.get('base', f'dist/{name}')}/{browser}".rstrip("/")
    if not isinstance(out, str):
        return "dist"
    return f"{out}/browser" if builder.endswith(":application") else out


def generated_site(tree: Tree, slug: str) -> StaticSite:
    """Where a site generator puts its pages."""
    if slug == "vitepress":
        folder = "docs/" if tree.has_folder("docs/.vitepress") else ""
        return StaticSite(f"{folder}.vitepress/dist")
    folders = {"gatsby": "public", "docusaurus": "build", "eleventy": "_site", "hexo": "public"}
    return StaticSite(folders[slug])


def _inside(path: str) -> str | None:
    clean = normpath(path)
    return None if clean.startswith(("/", "..")) or clean == "." else clean

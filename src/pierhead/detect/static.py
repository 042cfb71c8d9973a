"""Folders of files that need no program: plain pages and sites built elsewhere."""

from __future__ import annotations

import re

from pierhead.detect.given import Given
from pierhead.detect.node.package import read_package
from pierhead.detect.tree import Tree
from pierhead.domain.stack import Evidence, Recipe, Stack, StaticSite

# Folders of built or written pages, first the plainest.
_FOLDERS = (
    "",
    "public",
    "dist",
    "build",
    "out",
    "_site",
    "site",
    "www",
    "htdocs",
    "public_html",
    "html",
    "web",
    "src",
    "docs",
)
_ASIDE = frozenset(("src", "docs"))
_APPLICATION = re.compile(
    r"""<div\s+id=["'](?:root|app|__next|__nuxt|svelte)["']\s*>\s*</div>|<app-root""", re.IGNORECASE
)


def find_static(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """A site whose pages are there, or None."""
    named = _staticfile(tree)
    folders = (named, *_FOLDERS) if named is not None else _FOLDERS
    for folder in folders:
        page = f"{folder}/index.html" if folder else "index.html"
        if folder in _ASIDE and tree.first("package.json", "pyproject.toml", "setup.py"):
            continue  # the documentation or the source of something else
        if tree.has(page) and not _is_php(tree, folder):
            return _stack(tree, folder, page, named is not None)
    pages = [name for name in tree.names() if name.endswith((".html", ".htm"))]
    if len(pages) == 1:
        evidence = Evidence(pages[0], "is the only page")
        note = f"there is no index.html: the site is at /{pages[0]}"
        return Stack(
            "static", "static-html", 60, (evidence,), Recipe(static=StaticSite("."), notes=(note,))
        )
    return None


def _stack(tree: Tree, folder: str, page: str, named: bool) -> Stack:
    """Pages at the root or where a Staticfile says are surer than those in some folder."""
    application = bool(_APPLICATION.search(tree.text(page)))
    confidence = 96 if named else 90 if not folder else 75 if folder in _ASIDE else 88
    if not named and _has_scripts(tree):
        confidence = min(confidence, 65)  # these pages are what some tool starts from
    evidence = Evidence(page, "is the page of an application" if application else "is a page")
    site = StaticSite(folder or ".", "index.html" if application else None)
    return Stack("static", "static-html", confidence, (evidence,), Recipe(static=site))


def _has_scripts(tree: Tree) -> bool:
    """Whether a package.json builds or starts something."""
    package = read_package(tree)
    return package is not None and any(
        len(package.scripts.get(name, "")) > 2 for name in ("build", "start", "dev")
    )


def _staticfile(tree: Tree) -> str | None:
    match = re.search(r"^\s*root\s*:\s*[\"']?([\w./-]+)", tree.text("Staticfile"), re.MULTILINE)
    if not match:
        return "" if tree.has("Staticfile") else None
    folder = match[1].removeprefix("./").strip("/.")
    return folder if ".." not in folder else ""


def _is_php(tree: Tree, folder: str) -> bool:
    return any(name.endswith(".php") for name in tree.names(folder))

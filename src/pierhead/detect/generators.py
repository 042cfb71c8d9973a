"""Site generators that are programs of their own: Hugo, Jekyll, Zola, MkDocs, mdBook."""

from __future__ import annotations

import re
from dataclasses import replace

from pierhead.detect.given import Given
from pierhead.detect.python.toml_file import read_toml
from pierhead.detect.ruby import read_gemfile, ruby_dependencies, ruby_runtime
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack, StaticSite

_HUGO_OWN = (
    *(f"hugo.{ending}" for ending in ("toml", "yaml", "yml", "json")),
    *(
        f"config/_default/{name}"
        for name in ("hugo.toml", "hugo.yaml", "config.toml", "config.yaml")
    ),
)
_HUGO_SHARED = ("config.toml", "config.yaml", "config.yml", "config.json")
_HUGO_KEYS = re.compile(r"(?mi)^\s*[\"']?(?:baseURL|languageCode|theme|publishDir)[\"']?\s*[:=]")


def find_generators(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """The generated site of a tree, or None."""
    return _hugo(tree) or _zola(tree) or _jekyll(tree) or _mdbook(tree) or _mkdocs(tree)


def _site(
    slug: str, path: str, says: str, folder: str, build: tuple[str, ...], sure: int = 95
) -> Stack:
    recipe = Recipe(build=(Command(build),), static=StaticSite(folder))
    return Stack("static", slug, sure, (Evidence(path, says),), recipe, port=8080, output=folder)


def _hugo(tree: Tree) -> Stack | None:
    path = tree.first(*_HUGO_OWN)
    laid = sum(tree.has_folder(f) for f in ("content", "layouts", "themes", "archetypes"))
    if path is None and laid and not tree.has_folder("templates"):
        path = next((p for p in _HUGO_SHARED if _HUGO_KEYS.search(tree.text(p))), None)
    if path is None:
        return None
    return _site("hugo", path, "configures Hugo", "public", ("hugo", "--minify"))


def _zola(tree: Tree) -> Stack | None:
    document, _ = read_toml(tree, "config.toml") if tree.has("config.toml") else ({}, None)
    if "base_url" in document and (tree.has_folder("content") or tree.has_folder("templates")):
        return _site("zola", "config.toml", "configures Zola", "public", ("zola", "build"))
    return None


def _jekyll(tree: Tree) -> Stack | None:
    """Jekyll by its configuration. With a Gemfile it is Ruby that builds it, in that version."""
    path = tree.first("_config.yml", "_config.yaml", "_config.toml")
    gems = read_gemfile(tree.text("Gemfile"))
    if "middleman" in gems:
        run = ("bundle", "exec", "middleman", "build")
        return _by_ruby(
            tree, _site("middleman", "Gemfile", "names the gem middleman", "build", run)
        )
    if path is None:
        return None
    named = {"jekyll", "github-pages"} & set(gems)
    laid = any(tree.has_folder(f) for f in ("_posts", "_layouts", "_includes", "_sass", "_pages"))
    if not named and not laid and not tree.first("index.md", "index.html", "index.markdown"):
        return None
    if tree.has("package.json") and "hexo" in tree.text("package.json"):
        return None
    jekyll = ("jekyll", "build")
    line: tuple[str, ...] = ("bundle", "exec", *jekyll) if named else jekyll
    found = _site("jekyll", path, "configures Jekyll", "_site", line, 95 if named or laid else 70)
    return _by_ruby(tree, found) if named else found


def _by_ruby(tree: Tree, stack: Stack) -> Stack:
    runtime, _ = ruby_runtime(tree, "Gemfile")
    lock = "Gemfile.lock" if tree.has("Gemfile.lock") else None
    recipe = replace(stack.recipe, dependencies=ruby_dependencies(tree, "Gemfile", lock, runtime))
    return replace(stack, name="ruby", recipe=recipe, runtime=runtime, package_manager="bundler")


def _mdbook(tree: Tree) -> Stack | None:
    if tree.has("book.toml") and tree.first("src/SUMMARY.md", "SUMMARY.md"):
        return _site("mdbook", "book.toml", "configures mdBook", "book", ("mdbook", "build"), 92)
    return None


def _mkdocs(tree: Tree) -> Stack | None:
    """Only where nothing else is: most projects with mkdocs.yml are what it documents."""
    path = tree.first("mkdocs.yml", "mkdocs.yaml")
    code = tree.first(
        "setup.py", "pyproject.toml", "package.json", "Cargo.toml", "go.mod", "setup.cfg"
    )
    if path is None or code:
        return None
    return _site("mkdocs", path, "configures MkDocs", "site", ("mkdocs", "build"), 85)

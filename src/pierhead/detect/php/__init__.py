"""PHP: Composer projects, content management systems, and plain pages."""

from __future__ import annotations

import re
from typing import Any

from pierhead.detect.given import Given
from pierhead.detect.json_file import read_json, texts
from pierhead.detect.php.frameworks import FRAMEWORKS, find_framework
from pierhead.detect.php.needs import php_extensions, php_services
from pierhead.detect.php.recipe import php_recipe
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack

_ROOTS = ("public", "web", "webroot", "html", "htdocs", "docroot", "www", "public_html", "pub")


def find_php(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """The PHP application of a tree, or None."""
    document, problem = read_json(tree, "composer.json")
    requires = texts(document.get("require"))
    framework, why = find_framework(tree, document, requires)
    root = _document_root(tree, document, framework)
    has_manifest = tree.has("composer.json")
    if not has_manifest and framework is None and root is None:
        return _script(tree)
    evidence = [e for e in (why, problem) if e]
    if root is not None:
        page = f"{root}/index.php" if root != "." else "index.php"
        if tree.has(page):
            evidence.append(Evidence(page, "answers every request"))
    if not evidence:
        evidence = [Evidence("composer.json", "is a manifest of PHP")]
    services = php_services(tree, requires, framework)
    runtime, asked = _asked(tree, requires)
    confidence = _confidence(document, framework, root, has_manifest)
    package = next(
        (p for s, names in FRAMEWORKS if s == framework for p in names if p in requires), None
    )
    return Stack(
        "php",
        framework,
        confidence - 20 * (problem is not None),
        tuple([*evidence, asked] if asked else evidence),
        php_recipe(tree, document, framework, root, runtime),
        version=requires.get(package) if package else None,
        runtime=runtime,
        package_manager="composer" if has_manifest else None,
        port=8080,
        health_path=_health(tree, framework),
        services=services,
        extensions=php_extensions(requires, framework, services),
        output=root,
    )


def _document_root(tree: Tree, document: dict[str, Any], framework: str | None) -> str | None:
    extra = document.get("extra")
    scaffold = extra.get("drupal-scaffold") if isinstance(extra, dict) else None
    locations = scaffold.get("locations") if isinstance(scaffold, dict) else None
    named = locations.get("web-root") if isinstance(locations, dict) else None
    if isinstance(named, str) and ".." not in named:
        return named.removeprefix("./").strip("/") or "."
    # A root page with a document root beside it only forwards to it.
    for folder in _ROOTS:
        if tree.has(f"{folder}/index.php"):
            return folder
    if tree.has("index.php"):
        return "."
    if framework == "wordpress" and tree.has_folder("web"):
        return "web"
    pages = [name for name in tree.names() if name.endswith(".php")]
    if tree.has("index.html") and pages:
        return "."
    return None


def _script(tree: Tree) -> Stack | None:
    """One PHP file and no page: it is PHP, and nothing says that it is served."""
    pages = [name for name in tree.names() if name.endswith(".php")]
    if not pages:
        return None
    runs = Recipe(processes={"web": Command(("php-fpm", "-F"))})
    evidence = (Evidence(pages[0], "is a PHP file"),)
    return Stack("php", None, 60, evidence, runs, port=8080, output=".")


def _confidence(
    document: dict[str, Any], framework: str | None, root: str | None, has_manifest: bool
) -> int:
    if framework:
        return 97 if root is not None or document else 92
    if root is None:
        return 35 if document.get("type") == "library" else 45
    return 93 if has_manifest else 91


def _health(tree: Tree, framework: str | None) -> str | None:
    if framework == "laravel":
        match = re.search(r"health:\s*[\"'](/[\w/-]+)", tree.text("bootstrap/app.php"))
        return match[1] if match else None
    return None


def _asked(tree: Tree, requires: dict[str, str]) -> tuple[str | None, Evidence | None]:
    if asked := requires.get("php"):
        line = tree.line_of("composer.json", '"php"')
        return asked, Evidence("composer.json", f"asks for PHP {asked}", line)
    for path, pattern in (
        (".php-version", r"^\s*(\d+\.\d+)"),
        (".tool-versions", r"^php\s+(\d+\.\d+)"),
    ):
        if match := re.search(pattern, tree.text(path), re.MULTILINE):
            return match[1], Evidence(path, f"asks for PHP {match[1]}")
    return None, None

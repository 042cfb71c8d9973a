"""PHP frameworks and content management systems: by their packages, else by their files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pierhead.detect.tree import Tree
from pierhead.domain.stack import Evidence

# Those built on others come first: Drupal and Laravel bring parts of Symfony.
FRAMEWORKS = (
    ("drupal", ("drupal/core-recommended", "drupal/core", "drupal/recommended-project")),
    ("wordpress", ("roots/wordpress", "johnpbloch/wordpress", "johnpbloch/wordpress-core",
                   "roots/wordpress-no-content", "pantheon-systems/wordpress-composer")),
    ("magento", ("magento/product-community-edition", "mage-os/product-community-edition")),
    ("typo3", ("typo3/cms-core", "typo3/minimal")),
    ("craftcms", ("craftcms/cms",)),
    ("laravel", ("laravel/framework",)),
    ("lumen", ("laravel/lumen-framework",)),
    ("symfony", ("symfony/framework-bundle", "symfony/symfony", "symfony/runtime",
                 "symfony/http-kernel")),
    ("slim", ("slim/slim",)),
    ("codeigniter", ("codeigniter4/framework", "codeigniter/framework")),
    ("cakephp", ("cakephp/cakephp",)),
    ("yii", ("yiisoft/yii2", "yiisoft/yii")),
    ("laminas", ("laminas/laminas-mvc", "mezzio/mezzio", "zendframework/zendframework")),
    ("hyperf", ("hyperf/http-server",)),
)  # fmt: skip


def find_framework(
    tree: Tree, document: dict[str, Any], requires: dict[str, str]
) -> tuple[str | None, Evidence | None]:
    for slug, packages in FRAMEWORKS:
        for package in packages:
            if package == "symfony/http-kernel" and not tree.has("config/bundles.php"):
                continue  # a part that many use
            if package == "symfony/runtime" and "slim/slim" in requires:
                continue
            if package in requires:
                line = tree.line_of("composer.json", f'"{package}"')
                return slug, Evidence("composer.json", f"requires {package}", line)
    if document.get("type") in ("wordpress-theme", "wordpress-plugin", "wordpress-muplugin"):
        return "wordpress", Evidence("composer.json", f"is a {document['type']}")
    if str(document.get("type", "")).startswith("drupal-"):
        return "drupal", Evidence("composer.json", f"is a {document['type']}")
    return _by_files(tree)


_PARTS = (
    ("wp-config.php", "wordpress"),
    ("wp-config-sample.php", "wordpress"),
    ("wp-settings.php", "wordpress"),
    ("wp-load.php", "wordpress"),
    ("wp-includes/version.php", "wordpress"),
    ("web/wp-config.php", "wordpress"),
    ("public/wp-config.php", "wordpress"),
    ("wordpress/wp-settings.php", "wordpress"),
    ("core/lib/Drupal.php", "drupal"),
    ("web/core/lib/Drupal.php", "drupal"),
    ("sites/default/default.settings.php", "drupal"),
    ("artisan", "laravel"),
    ("symfony.lock", "symfony"),
    ("config/bundles.php", "symfony"),
)


def _by_files(tree: Tree) -> tuple[str | None, Evidence | None]:
    """Systems that are copied as a whole, and their themes, plugins and modules."""
    for path, slug in _PARTS:
        if tree.has(path):
            return slug, Evidence(path, f"is part of {slug}")
    says = next((e for e in _wordpress_parts(tree)), None)
    if says:
        return "wordpress", says
    for path in tree.glob("*.info.yml")[:5]:
        if re.search(r"^core(?:_version_requirement)?\s*:", tree.text(path), re.MULTILINE):
            return "drupal", Evidence(path, "describes a module, theme or profile")
    for path in ("public/index.php", "index.php"):
        if re.search(r"Slim\\Factory\\AppFactory|new \\?Slim\\", tree.text(path, 50_000)):
            return "slim", Evidence(path, "makes an application of Slim")
    return None, None


def _wordpress_parts(tree: Tree) -> Iterator[Evidence]:
    """Signs of a content folder, a theme, or a plugin."""
    for folder in ("wp-content/themes", "wp-content/plugins"):
        if tree.has_folder(folder):
            yield Evidence(folder, "is a folder of WordPress")
    style = tree.text("style.css", 100_000)[:4000]
    if re.search(r"^[\s*/]*Theme Name\s*:", style, re.MULTILINE) and tree.glob("*.php"):
        yield Evidence("style.css", "is the head of a theme", 1)
    for path in tree.glob("*.php")[:20]:
        if re.search(r"^[\s*/]*Plugin Name\s*:", tree.text(path, 300_000)[:4000], re.MULTILINE):
            yield Evidence(path, "is the head of a plugin")

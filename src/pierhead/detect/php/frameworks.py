"""PHP frameworks and content management systems: by their packages, else by their files."""

from __future__ import annotations

import re
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


def _by_files(tree: Tree) -> tuple[str | None, Evidence | None]:
    """Systems that are copied as a whole, and their themes, plugins and modules."""
    for path, slug in (
        ("wp-config.php", "wordpress"), ("wp-config-sample.php", "wordpress"),
        ("wp-settings.php", "wordpress"), ("wp-load.php", "wordpress"),
        ("wp-includes/version.php", "wordpress"), ("web/wp-config.php", "wordpress"),
        ("public/wp-config.php", "wordpress"), ("wordpress/wp-settings.php", "wordpress"),
        ("core/lib/Drupal.php", "drupal"), ("web/core/lib/Drupal.php", "drupal"),
        ("sites/default/default.settings.php", "drupal"),
        ("artisan", "laravel"), ("symfony.lock", "symfony"), ("config/bundles.php", "symfony"),
    ):  # fmt: skip
        if tree.has(path):
            return slug, Evidence(path, f"is part of {slug}")
    if tree.has_folder("wp-content/themes") or tree.has_folder("wp-content/plugins"):
        return "wordpress", Evidence(tree.named("functions.php")[0] if tree.named("functions.php")
                                     else "wp-content", "is below wp-content")  # fmt: skip
    style = tree.text("style.css", 100_000)[:4000]
    if re.search(r"^[\s*]*Theme Name\s*:", style, re.MULTILINE) and tree.glob("*.php"):
        return "wordpress", Evidence("style.css", "is the head of a theme", 1)
    for path in tree.glob("*.php")[:20]:
        if re.search(r"^[\s*]*Plugin Name\s*:", tree.text(path, 300_000)[:4000], re.MULTILINE):
            return "wordpress", Evidence(path, "is the head of a plugin")
    for path in tree.glob("*.info.yml")[:5]:
        if re.search(r"^core(?:_version_requirement)?\s*:", tree.text(path), re.MULTILINE):
            return "drupal", Evidence(path, "describes a module, theme or profile")
    required = "\n".join(tree.text(p, 50_000) for p in ("index.php", "public/index.php"))
    if "Slim\\Factory\\AppFactory" in required or "new \\Slim\\" in required:
        return "slim", Evidence(tree.first("public/index.php", "index.php") or "", "uses Slim")
    return None, None

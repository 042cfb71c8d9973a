"""How a PHP application is installed, prepared and started."""

from __future__ import annotations

from typing import Any

from pierhead.detect.installed import installation
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Recipe


def php_recipe(
    tree: Tree,
    document: dict[str, Any],
    framework: str | None,
    root: str | None,
    runtime: str | None,
) -> Recipe:
    install = ("composer", "install", "--no-dev", "--no-interaction", "--prefer-dist",
               "--optimize-autoloader", "--no-scripts")  # fmt: skip
    needed = document.get("require") or tree.has("composer.lock")
    dependencies = (
        installation(
            tree, "composer", (Command(install),), ("composer.lock", "composer.json"),
            runtime=runtime, keep=("vendor",),
        )
        if needed and tree.has("composer.json")
        else None
    )  # fmt: skip
    build: tuple[Command, ...] = ()
    release: tuple[Command, ...] = ()
    if framework == "laravel" and tree.has("artisan"):
        build = (Command(("php", "artisan", "package:discover", "--ansi")),)
        release = (Command(("php", "artisan", "migrate", "--force")),)
    elif framework == "symfony" and tree.has("bin/console"):
        build = (Command(("php", "bin/console", "cache:clear", "--env=prod", "--no-debug")),)
        if tree.has_folder("migrations"):
            release = (
                Command(("php", "bin/console", "doctrine:migrations:migrate", "--no-interaction",
                         "--allow-no-migration")),
            )  # fmt: skip
    environment = {"laravel": {"APP_ENV": "production"}, "symfony": {"APP_ENV": "prod"}}
    secrets = {"laravel": ("APP_KEY",), "symfony": ("APP_SECRET",)}
    return Recipe(
        dependencies=dependencies,
        build=build,
        release=release,
        processes={"web": Command(("php-fpm", "-F"))} if root is not None else {},
        environment=environment.get(framework or "", {}),
        secrets=secrets.get(framework or "", ()),
        shared=_shared(tree, framework),
    )


def _shared(tree: Tree, framework: str | None) -> tuple[str, ...]:
    if framework == "laravel":
        return ("storage",)
    if framework == "wordpress":
        return ("wp-content/uploads",) if tree.has_folder("wp-content") else ()
    if framework == "drupal":
        return ("web/sites/default/files",) if tree.has_folder("web") else ("sites/default/files",)
    return ()

"""PHP: Apache with PHP in it, which is one process to start, watch and stop."""

from __future__ import annotations

from pierhead.domain.command import Command
from pierhead.generate import images, probes
from pierhead.generate.blueprint import Blueprint, Stage
from pierhead.generate.instructions import cache, comment, copy, run, secret
from pierhead.generate.packages import install_packages
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.stacks.assets import node_brought, node_stage
from pierhead.generate.stacks.building import build_stage
from pierhead.generate.stacks.php_extensions import compiled, extension_lines, libraries

_CACHES = (cache("/tmp/composer"), secret("composer-auth", "/root/.composer/auth.json"))  # noqa: S108
_MANIFESTS = ("composer.json", "composer.lock", "symfony.lock")
_WRITTEN = {
    "laravel": ("bootstrap/cache", "storage"),
    "symfony": ("var",),
    "wordpress": ("wp-content",),
    "drupal": ("sites/default/files",),
}
# The install saw no source yet; only now can the project's own classes be listed.
_DUMP = ("composer dump-autoload --no-dev --optimize --no-scripts",)
_LARAVEL = (
    "bootstrap/cache",
    "storage/app/public",
    "storage/framework/cache/data",
    "storage/framework/sessions",
    "storage/framework/views",
    "storage/logs",
)
_EXTENSIONS = "/usr/local/lib/php/extensions"
_SETTINGS = "/usr/local/etc/php/conf.d"


def blueprint(project: Project, options: ImageOptions) -> Blueprint:
    """The image of a PHP site."""
    version = images.release(project.stack)
    debian = images.debian("php", version)
    wanted = compiled(project.stack.extensions, version)
    extensions = Stage("extensions", "$BASE", tuple(extension_lines(wanted)))
    build = build_stage(
        project,
        options,
        "extensions",
        manifests=project.present(*_MANIFESTS),
        caches=_CACHES,
        before=[*_composer(), *node_brought(project)],
        first=[*_made(project), *(_DUMP if project.recipe.dependencies else ())],
        environment={"COMPOSER_ALLOW_SUPERUSER": "1", "COMPOSER_CACHE_DIR": "/tmp/composer"},  # noqa: S108
    )
    taken = [copy([path], path, stage="extensions") for path in (_EXTENSIONS, _SETTINGS)]
    return Blueprint(
        f"library/php:{version}-apache-{debian}",
        (*(taken if wanted else ()), copy(["/app"], "./", stage="build")),
        (
            Stage("composer", images.COMPOSER, ()),
            *node_stage(project, debian),
            extensions,
            build,
        ),
        packages=tuple(libraries(wanted, debian)),
        setup=tuple(_apache(project)),
        health=probes.php,
        command=Command(("apache2-foreground",)),
        writable=_writable(project),
        # Apache ends its requests first with this one; SIGTERM would cut them.
        stop_signal="SIGWINCH",
    )


def _made(project: Project) -> list[str]:
    """Folders without which Laravel does not start, and which a repository may not hold."""
    return [f"mkdir -p {' '.join(_LARAVEL)}"] if project.stack.framework == "laravel" else []


def _composer() -> list[str]:
    return [
        *install_packages(["git", "unzip"]),
        copy(["/usr/bin/composer"], "/usr/bin/composer", stage="composer"),
    ]


def _apache(project: Project) -> list[str]:
    root = project.stack.output or "."
    pages = "/app" if root == "." else f"/app/{root}"
    return [
        comment("Production settings; pages below their folder; a port that needs no root."),
        run(
            'mv "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"',
            "a2enmod rewrite headers",
            f"sed -ri 's!/var/www/html!{pages}!g' /etc/apache2/sites-available/*.conf",
            "sed -ri 's!/var/www/!/app/!g' /etc/apache2/apache2.conf"
            " /etc/apache2/conf-available/*.conf",
            'sed -ri "s!^Listen 80\\$!Listen \\${PORT}!" /etc/apache2/ports.conf',
            'sed -ri "s!:80>!:\\${PORT}>!" /etc/apache2/sites-available/000-default.conf',
        ),
    ]


def _writable(project: Project) -> tuple[str, ...]:
    """Folders that the framework fills, below the pages where it keeps them there."""
    framework, root = project.stack.framework or "", project.stack.output or "."
    prefix = "" if root == "." or framework in ("laravel", "symfony") else f"{root}/"
    return tuple(f"{prefix}{folder}" for folder in _WRITTEN.get(framework, ()))

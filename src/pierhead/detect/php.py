"""PHP: Composer projects, content management systems, and plain pages."""

from __future__ import annotations

import re
from typing import Any

from pierhead.detect.given import Given
from pierhead.detect.installed import installation
from pierhead.detect.json_file import read_json, texts
from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack

# Those built on others come first: Drupal and Laravel bring parts of Symfony.
_FRAMEWORKS = (
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
_ROOTS = ("public", "web", "webroot", "html", "htdocs", "docroot", "www", "public_html", "pub")
# What the usual images have without being asked.
_BUILT_IN = frozenset(
    """ctype curl date dom fileinfo filter hash iconv json libxml mbstring openssl pcre pdo
    pdo_sqlite phar posix random readline reflection session simplexml sodium spl sqlite3 standard
    tokenizer xml xmlreader xmlwriter zlib""".split()  # noqa: SIM905 - words
)
_NEEDS = {
    "drupal": {"gd", "opcache", "pdo_mysql"},
    "wordpress": {"mysqli", "gd", "exif", "zip", "intl", "opcache"},
    "laravel": {"bcmath", "opcache", "pcntl", "pdo_mysql", "pdo_pgsql", "zip"},
    "symfony": {"intl", "opcache"},
}
_EXTENSIONS = {
    "postgres": "pdo_pgsql",
    "mysql": "pdo_mysql",
    "mongodb": "mongodb",
    "redis": "redis",
}


def find_php(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """The PHP application of a tree, or None."""
    document, problem = read_json(tree, "composer.json")
    requires = texts(document.get("require"))
    framework, why = _framework(tree, document, requires)
    root = _document_root(tree, document, framework)
    has_manifest = tree.has("composer.json")
    if not has_manifest and framework is None and root is None:
        return _script(tree)
    evidence = [e for e in (why, problem) if e]
    if root is not None:
        page = f"{root}/index.php" if root != "." else "index.php"
        evidence.append(Evidence(page, "answers every request"))
    if not evidence:
        evidence = [Evidence("composer.json", "is a manifest of PHP")]
    services = _services(tree, requires, framework)
    runtime, asked = _asked(tree, requires)
    confidence = _confidence(document, framework, root, has_manifest)
    package = next(
        (p for s, names in _FRAMEWORKS if s == framework for p in names if p in requires), None
    )
    return Stack(
        "php",
        framework,
        confidence - 20 * (problem is not None),
        tuple([*evidence, asked] if asked else evidence),
        _recipe(tree, document, framework, root, runtime),
        version=requires.get(package) if package else None,
        runtime=runtime,
        package_manager="composer" if has_manifest else None,
        port=8080,
        health_path=_health(tree, framework),
        services=services,
        extensions=_extensions(requires, framework, services),
        output=root,
    )


def _recipe(
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


def _framework(
    tree: Tree, document: dict[str, Any], requires: dict[str, str]
) -> tuple[str | None, Evidence | None]:
    for slug, packages in _FRAMEWORKS:
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


def _services(tree: Tree, requires: dict[str, str], framework: str | None) -> tuple[str, ...]:
    found = find_services(tree, requires)
    if framework in ("wordpress", "drupal") and not set(found) & {"mysql", "postgres"}:
        return tuple(sorted((*found, "mysql")))
    return found


def _extensions(
    requires: dict[str, str],
    framework: str | None,
    services: tuple[str, ...],
) -> tuple[str, ...]:
    asked = {name[4:].lower() for name in requires if name.startswith("ext-")}
    asked |= _NEEDS.get(framework or "", set())
    asked |= {_EXTENSIONS[service] for service in services}
    if "zend opcache" in asked or "zend-opcache" in asked:
        asked = asked - {"zend opcache", "zend-opcache"} | {"opcache"}
    named = {name for name in asked if re.fullmatch(r"[a-z0-9_]{2,30}", name)}
    return tuple(sorted(named - _BUILT_IN))


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

"""What a PHP application needs beside PHP: extensions and databases."""

from __future__ import annotations

import re

from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree

# What the usual images have without being asked.
_BUILT_IN = frozenset(
    """ctype curl date dom fileinfo filter hash iconv json libxml mbstring openssl pcre pdo
    pdo_sqlite phar posix random readline reflection session simplexml sodium spl sqlite3 standard
    tokenizer xml xmlreader xmlwriter zlib""".split()  # noqa: SIM905 - words
)


_NEEDS = {
    "drupal": {"gd", "opcache", "pdo_mysql"},
    "wordpress": {"mysqli", "gd", "exif", "zip", "intl", "opcache"},
    "laravel": {"bcmath", "opcache", "pcntl", "zip"},
    "symfony": {"intl", "opcache"},
}


_EXTENSIONS = {
    "postgres": "pdo_pgsql",
    "mysql": "pdo_mysql",
    "mongodb": "mongodb",
    "redis": "redis",
}


def php_services(tree: Tree, requires: dict[str, str], framework: str | None) -> tuple[str, ...]:
    found = find_services(tree, requires)
    if framework in ("wordpress", "drupal") and not set(found) & {"mysql", "postgres"}:
        return tuple(sorted((*found, "mysql")))
    return found


def php_extensions(
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

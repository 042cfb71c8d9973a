"""Extensions of PHP that its image does not have: how each is built, and what it links to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pierhead.generate.instructions import cache, comment, run
from pierhead.generate.packages import install_packages


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension.

    Attributes:
        headers: packages it is compiled with.
        libraries: packages it needs when it runs; those named by Debian's release differ there.
        configure: options of docker-php-ext-configure.
        pecl: it comes from PECL.
    """

    headers: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    configure: str = ""
    pecl: bool = False


_KNOWN: dict[str, Extension] = {
    **dict.fromkeys(
        "bcmath calendar exif ftp mysqli pcntl pdo_mysql shmop sockets sysvsem".split(),  # noqa: SIM905
        Extension(),
    ),
    "amqp": Extension(("librabbitmq-dev",), ("librabbitmq4",), pecl=True),
    "apcu": Extension(pecl=True),
    "bz2": Extension(("libbz2-dev",)),
    "gd": Extension(
        ("libfreetype-dev", "libjpeg62-turbo-dev", "libpng-dev", "libwebp-dev"),
        ("libfreetype6", "libjpeg62-turbo", "png", "webp"),
        "--with-freetype --with-jpeg --with-webp",
    ),
    "gettext": Extension(),
    "gmp": Extension(("libgmp-dev",), ("libgmp10",)),
    "intl": Extension(("libicu-dev",), ("icu",)),
    "mongodb": Extension(("libssl-dev",), pecl=True),
    "opcache": Extension(),
    "pdo_pgsql": Extension(("libpq-dev",), ("libpq5",)),
    "pgsql": Extension(("libpq-dev",), ("libpq5",)),
    "redis": Extension(pecl=True),
    "soap": Extension(("libxml2-dev",)),
    "xsl": Extension(("libxslt1-dev",), ("libxslt1.1",)),
    "zip": Extension(("libzip-dev",), ("zip",)),
}
# Packages whose names have the library's version, by Debian's release.
_NAMED = {
    "buster": {"icu": "libicu63", "png": "libpng16-16", "webp": "libwebp6", "zip": "libzip4"},
    "bullseye": {"icu": "libicu67", "png": "libpng16-16", "webp": "libwebp6", "zip": "libzip4"},
    "bookworm": {"icu": "libicu72", "png": "libpng16-16", "webp": "libwebp7", "zip": "libzip4"},
    "trixie": {"icu": "libicu76", "png": "libpng16-16t64", "webp": "libwebp7", "zip": "libzip5"},
}


def compiled(asked: Iterable[str], version: str) -> tuple[str, ...]:
    """Those of the extensions that we know how to build and that this PHP lacks, sorted."""
    # OPcache is a part of PHP itself since 8.5.
    inside = {"opcache"} if tuple(map(int, version.split("."))) >= (8, 5) else set()
    return tuple(sorted(name for name in set(asked) - inside if name in _KNOWN))


def libraries(names: Iterable[str], debian: str) -> list[str]:
    """Packages that the extensions need when they run."""
    return [_NAMED[debian].get(lib, lib) for name in names for lib in _KNOWN[name].libraries]


def extension_lines(names: Iterable[str]) -> list[str]:
    """Instructions that compile the extensions into the image of a stage."""
    listed = list(names)
    own = [name for name in listed if not _KNOWN[name].pecl]
    pecl = [name for name in listed if _KNOWN[name].pecl]
    lines = [
        f"docker-php-ext-configure {name} {_KNOWN[name].configure}"
        for name in own
        if _KNOWN[name].configure
    ]
    if own:
        lines.append(f'docker-php-ext-install -j"$(nproc)" {" ".join(own)}')
    if pecl:
        lines += [f"pecl install {' '.join(pecl)}", f"docker-php-ext-enable {' '.join(pecl)}"]
    if not lines:
        return []
    headers = [package for name in listed for package in _KNOWN[name].headers]
    return [
        comment("Compilers and headers stay in this stage; the extensions are taken over."),
        *install_packages(headers),
        run(*lines, mounts=[cache("/tmp/pear")]),  # noqa: S108 - of the build
    ]

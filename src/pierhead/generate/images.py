"""Official base images, pinned to a release of the language and of the distribution.

Debian 13 (trixie) where the language's release was still built for it, else the last Debian that
was; a release not in a table takes the newest distribution. The tags follow the naming of the
official images; they were not looked up in a registry.
"""

from __future__ import annotations

from pierhead.domain.stack import Stack

DOCKER_HUB = "docker.io"
MICROSOFT = "mcr.microsoft.com"

# Current stable releases with a year or more of support ahead, for stacks without `resolved`.
_CURRENT = {
    "python": "3.13",
    "node": "24",
    "go": "1.26",
    "ruby": "3.4",
    "php": "8.4",
    "java": "21",
    "kotlin": "21",
    "scala": "21",
    "csharp": "10.0",
    "rust": "1",
    "elixir": "1.18",
    "deno": "2",
    "bun": "1",
}
# Releases that ended before the images of a newer Debian began (trixie's in August 2025).
_OLDER = {
    "bookworm": {
        "go": ("1.21", "1.22", "1.23"),
        "node": ("16", "18", "19", "21", "23"),
        "php": ("8.0",),
        "python": ("3.8",),
        "ruby": ("3.1",),
    },
    "bullseye": {
        "go": ("1.17", "1.18", "1.19", "1.20"),
        "node": ("12", "14", "15", "17"),
        "php": ("7.3", "7.4"),
        "ruby": ("2.6", "2.7", "3.0"),
    },
    "buster": {
        "node": ("10",),
        "php": ("7.1", "7.2"),
        "ruby": ("2.4", "2.5"),
    },
}

CADDY = "library/caddy:2.10-alpine"
ALPINE = "library/alpine:3.22"
DEBIAN_SLIM = "library/debian:trixie-slim"
COMPOSER = "library/composer:2"
# The launcher in it brings the sbt that project/build.properties names.
SBT = "sbtscala/scala-sbt:eclipse-temurin-21.0.6_7_1.10.11_3.6.4"

# Tools that a build brings itself, in the version that was tried.
UV = "0.13.8"
POETRY = "2.5.1"
PDM = "2.26.1"
PIPENV = "2026.10.3"


def release(stack: Stack) -> str:
    """The release of the language that the image has."""
    return stack.resolved or _CURRENT[stack.name]


def current(language: str) -> str:
    """A stable release, for a language beside the stack's own."""
    return _CURRENT[language]


def maven(version: str) -> str:
    """Maven with a JDK of this release."""
    return f"library/maven:3.9-eclipse-temurin-{version}"


def gradle(version: str) -> str:
    """Gradle with a JDK of this release; only Gradle 9 runs on Java 25."""
    return f"library/gradle:{'9' if int(version) > 21 else '8'}-jdk{version}"


def debian(language: str, version: str) -> str:
    """The newest Debian whose images have this release."""
    found = (name for name, older in _OLDER.items() if version in older.get(language, ()))
    return next(found, "trixie")

"""Official base images, pinned to a release of the language and of the distribution.

Debian 13 (trixie) where the language's release was still built for it, else the last Debian that
was. Checked against the images' own lists of tags; a release not in a table takes the newest
distribution.
"""

from __future__ import annotations

from pierhead.domain.stack import Stack

DOCKER_HUB = "docker.io"
MICROSOFT = "mcr.microsoft.com"

# Current stable releases with a year or more of support ahead, for stacks without `resolved`.
_CURRENT = {
    "python": "3.13",
    "node": "24",
    "go": "1.25",
    "ruby": "3.4",
    "php": "8.4",
    "java": "21",
    "kotlin": "21",
    "scala": "21",
    "csharp": "10.0",
    "rust": "1.90",
    "elixir": "1.19",
    "deno": "2.5.6",
    "bun": "1.3",
}
# Releases that ended before trixie's images began (August 2025).
_BOOKWORM = {
    "node": ("16", "18", "19", "21", "23"),
    "python": ("3.8",),
    "ruby": ("3.1",),
    "go": ("1.21", "1.22"),
    "php": ("8.0",),
}
_BULLSEYE = {
    "node": ("12", "14", "15", "17"),
    "python": ("3.6", "3.7"),
    "ruby": ("2.7", "3.0"),
    "go": ("1.17", "1.18", "1.19", "1.20"),
    "php": ("7.3", "7.4"),
}

CADDY = "library/caddy:2.10-alpine"
ALPINE = "library/alpine:3.22"
DEBIAN_SLIM = "library/debian:trixie-slim"
COMPOSER = "library/composer:2"
MAVEN = "library/maven:3.9-eclipse-temurin-{}"
GRADLE = "library/gradle:8-jdk{}"

# Tools that a build brings itself, in the version that was tried.
UV = "0.13.8"
POETRY = "2.5.1"
PDM = "2.26.1"
PIPENV = "2026.10.3"


def release(stack: Stack, language: str | None = None) -> str:
    """The release of the language that the image has."""
    name = language or stack.name
    if language and language != stack.name:
        return _CURRENT[name]
    return stack.resolved or _CURRENT[name]


def debian(language: str, version: str) -> str:
    """The Debian whose images have this release."""
    if version in _BULLSEYE.get(language, ()):
        return "bullseye"
    return "bookworm" if version in _BOOKWORM.get(language, ()) else "trixie"

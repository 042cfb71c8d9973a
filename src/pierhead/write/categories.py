"""What kind of file a path names, for the report: contracts.md A1, and `code` for the rest."""

from __future__ import annotations

import re

CATEGORIES = (
    "models", "routes", "schemas", "validations", "tests", "config", "migrations", "docs",
    "scripts", "docker", "meta", "code",
)  # fmt: skip

# Tried in this order: what is in a tests folder is a test, whatever its name says.
_RULES = [
    (category, re.compile(pattern, re.IGNORECASE))
    for category, pattern in (
        ("docker", r"(^|/)(docker/|Dockerfile[^/]*$|[^/]*\.dockerfile$|\.dockerignore$"
                   r"|(docker-)?compose[^/]*\.ya?ml$)"),
        ("tests", r"(^|/)(tests?|__tests__|spec)/|(^|/)(test_[^/]*\.py|conftest\.py)$"
                  r"|_test\.[a-z]+$|\.(test|spec)\.[a-z]+$"),
        ("migrations", r"(^|/)(migrations?|alembic)/|(^|/)alembic\.ini$"),
        ("scripts", r"(^|/)(scripts|bin)/|\.(sh|bash|ps1)$|(^|/)Makefile$"),
        ("docs", r"(^|/)docs?/|\.(md|rst|adoc)$"),
        ("models", r"(^|/)(models?|entities)(/|\.[a-z]+$)"),
        ("schemas", r"(^|/)schemas?(/|\.[a-z]+$)"),
        ("validations", r"(^|/)(validations?|validators?)(/|\.[a-z]+$)"),
        ("routes", r"(^|/)(routes?|routers?|api|endpoints|controllers|views)(/|\.[a-z]+$)"),
        ("meta", r"(^|/)(LICEN[CS]E|NOTICE|AUTHORS|CODEOWNERS|VERSION|\.git[a-z]+|\.editorconfig"
                 r"|requirements[^/]*\.txt|pyproject\.toml|setup\.(py|cfg)|package(-lock)?\.json"
                 r"|go\.(mod|sum)|Cargo\.(toml|lock)|[^/]*\.lock)$|^\.github/"),
        ("config", r"(^|/)(config|settings)(/|\.[a-z]+$)|\.(toml|ya?ml|json|ini|cfg|conf)$"
                   r"|(^|/)\.env[^/]*$"),
    )
]  # fmt: skip


def category_of(path: str) -> str:
    """The category of a file, one of `CATEGORIES`."""
    return next((category for category, rule in _RULES if rule.search(path)), "code")

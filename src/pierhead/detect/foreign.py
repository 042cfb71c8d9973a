"""Stacks that are recognised so that they are not mistaken for another, but not built yet."""

from __future__ import annotations

from pierhead.detect.tree import Tree
from pierhead.domain.stack import Evidence

# Each is server code's own manifest at the root; patterns as `Tree.glob` reads them.
_MARKS = (
    ("php", ("composer.json", "artisan", "index.php", "public/index.php", "wp-config*.php")),
    ("ruby", ("config.ru", "Gemfile")),
    ("go", ("go.mod",)),
    ("java", ("pom.xml", "build.gradle", "build.gradle.kts")),
    ("csharp", ("*.sln", "*.slnx", "*.csproj", "*.fsproj", "*/*.csproj")),
    ("rust", ("Cargo.toml",)),
    ("elixir", ("mix.exs",)),
    ("scala", ("build.sbt",)),
    ("deno", ("deno.json", "deno.jsonc")),
    ("clojure", ("project.clj", "deps.edn")),
    ("dart", ("pubspec.yaml",)),
    ("swift", ("Package.swift",)),
    ("haskell", ("stack.yaml", "*.cabal")),
    ("crystal", ("shard.yml",)),
    ("gleam", ("gleam.toml",)),
)


def find_foreign(tree: Tree) -> tuple[str, Evidence] | None:
    """The name of a stack we know but do not build, with the file that says so."""
    for name, patterns in _MARKS:
        for pattern in patterns:
            if found := tree.glob(pattern):
                return name, Evidence(found[0], f"is a manifest of {name}")
    return None

"""Languages that are recognised so that they are not mistaken for another, but not built."""

from __future__ import annotations

from pierhead.detect.tree import Tree
from pierhead.domain.stack import Evidence

# Each is the manifest of a program at the root; patterns as `Tree.glob` reads them.
_MARKS = (
    ("clojure", ("project.clj", "deps.edn", "shadow-cljs.edn")),
    ("dart", ("pubspec.yaml",)),
    ("swift", ("Package.swift",)),
    ("haskell", ("stack.yaml", "*.cabal", "cabal.project")),
    ("crystal", ("shard.yml",)),
    ("gleam", ("gleam.toml",)),
    ("zig", ("build.zig",)),
    ("ocaml", ("dune-project",)),
    ("nim", ("*.nimble",)),
    ("julia", ("Project.toml",)),
    ("r", ("DESCRIPTION", "renv.lock")),
    ("perl", ("cpanfile", "Makefile.PL")),
    ("cpp", ("CMakeLists.txt",)),
    ("erlang", ("rebar.config",)),
)


def find_foreign(tree: Tree) -> tuple[str, Evidence] | None:
    """The name of a language we know but do not build, with the file that says so."""
    for name, patterns in _MARKS:
        for pattern in patterns:
            if found := tree.glob(pattern):
                return name, Evidence(found[0], f"is a manifest of {name}")
    return None

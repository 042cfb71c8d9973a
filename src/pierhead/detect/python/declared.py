"""Which packages a Python project declares, and how exactly those are installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pierhead.domain.stack import Evidence


@dataclass(frozen=True, slots=True)
class Declared:
    """What one manifest says.

    Attributes:
        source: the manifest that decides.
        requirements: what it asks for directly.
        arguments: of `uv pip install`, or None where `uv sync` reads the lock.
        locked: normalised names of everything a lock installs; empty without a lock.
        is_locked: whether versions are fixed by the manifest.
        manifests: every file that decides the result.
        files: generated files by name, for the folder `$BUILD`.
        problems: what could not be read, with its place.
        runtime: the Python version asked for there, as a version or a PEP 440 specifier.
        notes: what a person should know.
    """

    source: str
    requirements: tuple[Requirement, ...] = ()
    arguments: tuple[str, ...] | None = ()
    locked: frozenset[str] = frozenset()
    is_locked: bool = False
    manifests: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Evidence, ...] = ()
    runtime: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The normalised names asked for directly."""
        return frozenset(canonicalize_name(r.name) for r in self.requirements)

    @property
    def installed(self) -> frozenset[str]:
        """The normalised names that will be there for certain."""
        with_extras = {
            extra
            for r in self.requirements
            for extra in _BROUGHT.get(canonicalize_name(r.name), ())
            if r.extras & {"standard", "all"}
        }
        return self.names | self.locked | with_extras

    def version_of(self, name: str) -> str | None:
        """The version asked for, such as `0.115.0` for `==0.115.0` and `>=4` for `>=4`."""
        for requirement in self.requirements:
            if canonicalize_name(requirement.name) == name and requirement.specifier:
                exact = [s for s in requirement.specifier if s.operator in ("==", "===")]
                return exact[0].version if exact else str(requirement.specifier)
        return None


_BROUGHT = {"fastapi": ("uvicorn",), "uvicorn": ("uvicorn",)}


def requirement(text: str) -> Requirement | None:
    """A PEP 508 requirement, or None if the text is none."""
    try:
        return Requirement(text.strip())
    except (InvalidRequirement, ValueError, RecursionError):
        return None


def requirements_of(texts: object) -> tuple[Requirement, ...]:
    """The requirements among the texts of a list; anything else gives none."""
    if not isinstance(texts, list):
        return ()
    parsed = (requirement(text) for text in texts if isinstance(text, str))
    return tuple(r for r in parsed if r is not None)


def only_problem(path: str, problem: Evidence | None) -> Declared | None:
    """A manifest of which nothing is known but what is wrong with it; None if nothing is."""
    return Declared(path, problems=(problem,)) if problem else None

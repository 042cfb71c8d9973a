"""A plan says what would happen. A dry run prints the object that a real run executes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class PhaseName(StrEnum):
    """The phases of a deployment, in their order."""

    VALIDATION = "validation"
    TRANSFER = "transfer"
    BUILD = "build"
    START = "start"
    VERIFY = "verify"
    REGISTER = "register"

    @property
    def label(self) -> str:
        """The name people see."""
        return _LABELS[self]


_LABELS = {
    PhaseName.VALIDATION: "Validation",
    PhaseName.TRANSFER: "Transfer",
    PhaseName.BUILD: "Build",
    PhaseName.START: "Start Service",
    PhaseName.VERIFY: "Verify Health",
    PhaseName.REGISTER: "Register",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be done.

    Attributes:
        action: the name of the handler that does it.
        summary: what it is, for people.
        arguments: plain JSON data for the handler; never a secret.
    """

    phase: PhaseName
    action: str
    summary: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen to one project in one environment.

    Attributes:
        replaces: the deployment that is active now, or None for the first one.
        steps: in the order they run; empty if there is nothing to do.
        reason: why there is nothing to do, or an empty text.
        notes: what was supplied or assumed for the project.
        warnings: what a person should think about before going on.
    """

    project: str
    environment: str
    release_id: str
    replaces: str | None
    address: str
    steps: tuple[Step, ...]
    reason: str = ""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def changes_something(self) -> bool:
        """Whether carrying it out would do anything."""
        return bool(self.steps)

    def of(self, phase: PhaseName) -> tuple[Step, ...]:
        """The steps of one phase."""
        return tuple(step for step in self.steps if step.phase is phase)

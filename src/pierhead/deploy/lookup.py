"""What is not there is said in one way."""

from __future__ import annotations

from pierhead.errors import NotFound


def no_service(project: str, environment: str) -> NotFound:
    """The error for a service that is not there."""
    return NotFound(
        f"no service {project!r} in {environment}",
        hint="`pierhead services` lists what there is",
    )

"""Pierhead: from code in any form to a running, verified, reversible service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pierhead.write.project import write_project

__version__ = "0.1.0"
__all__ = ["__version__", "write_project"]


def __getattr__(name: str) -> Any:
    """`write_project` is loaded when it is first used, so that `import pierhead` stays cheap."""
    if name == "write_project":
        from pierhead.write.project import write_project  # noqa: PLC0415

        return write_project
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

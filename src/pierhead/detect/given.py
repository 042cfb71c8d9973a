"""What is known beside the files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pierhead.detect.procfile import Procfile


@dataclass(frozen=True, slots=True)
class Given:
    """What a finder is told beside the tree.

    Attributes:
        as_of: versions that no lock fixes are those of this day; None for the newest.
        written: the start commands that a person wrote, in a Procfile or elsewhere.
    """

    as_of: date | None = None
    written: Procfile = field(default_factory=Procfile)

"""Failed writes, remembered for the health step: below PIERHEAD_HOME, never beside the project."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any


def _place(home: Path, destination: Path) -> Path:
    return home / "failed-writes" / f"{hashlib.sha256(os.fsencode(destination)).hexdigest()}.json"


def record_failure(home: Path, destination: Path, document: dict[str, Any]) -> None:
    """Remember that a write to a destination failed, as well as can be.

    A home that cannot be written to hides nothing: the caller raises the error itself.
    """
    place = _place(home, destination)
    with contextlib.suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = place.with_suffix(f".{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(document, file)
        draft.replace(place)


def forget_failure(home: Path, destination: Path) -> None:
    """A write to the destination succeeded."""
    with contextlib.suppress(OSError):
        _place(home, destination).unlink()


def last_failure(home: Path, destination: Path) -> dict[str, Any] | None:
    """What was recorded of the last write to a destination, if it failed."""
    try:
        document = json.loads(_place(home, destination).read_text())
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None

from __future__ import annotations

import os
from pathlib import Path

GOLDEN = Path(__file__).parents[2] / "golden" / "generate"


def check_golden(name: str, text: str) -> None:
    """Compare with tests/golden/generate/NAME; PIERHEAD_UPDATE_GOLDEN=1 writes it instead."""
    path = GOLDEN / name
    if os.environ.get("PIERHEAD_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), f"{path} differs: look, then PIERHEAD_UPDATE_GOLDEN=1"

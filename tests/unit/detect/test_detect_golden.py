"""The whole answer for one project of every stack and package manager, kept as a file."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from pierhead.detect import survey
from pierhead.detect.document import stack_document
from unit.detect.samples import SAMPLES
from unit.detect.trees import tree

GOLDEN = Path(__file__).parents[2] / "golden" / "detect"
TODAY = date(2026, 6, 1)  # runtimes have ends of life, so the day matters


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_answer_is_as_it_was_reviewed(name: str) -> None:
    """Set PIERHEAD_UPDATE_GOLDEN=1 to write the files anew, then read the diff."""
    answers = survey(tree(SAMPLES[name]), as_of=TODAY)
    document = stack_document(answers[0]) if answers else None
    text = json.dumps(document, indent=2) + "\n"
    path = GOLDEN / f"{name}.json"
    if os.environ.get("PIERHEAD_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), f"{path} differs: look, then PIERHEAD_UPDATE_GOLDEN=1"


def test_every_file_belongs_to_a_sample() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == sorted(SAMPLES)


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"nothing", "docker-only"}))
def test_the_names_say_what_is_found(name: str) -> None:
    """The first word of a sample's name is its stack, so that a golden file cannot be wrong."""
    best = survey(tree(SAMPLES[name]), as_of=TODAY)[0]
    assert best.name == {"compose": "python"}.get(
        name.split("-", maxsplit=1)[0], name.split("-", maxsplit=1)[0]
    )
    assert best.confidence >= 85
    framework = (best.framework or "").removesuffix("-html")
    rest = name.partition("-")[2]
    if framework not in ("", "fastapi", "express", "hono", "oak", "flask", "static"):
        assert framework in rest or rest in ("workspace", "fsharp")

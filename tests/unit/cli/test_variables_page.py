"""Every variable that the code names is explained, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
NAME = re.compile(r"(?<!_)PIERHEAD_[A-Z]+(?:_[A-Z]+)*\b")


def test_the_page_names_exactly_the_variables_of_the_code() -> None:
    code = [path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py")]
    page = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    assert set(NAME.findall(page)) == set(NAME.findall("\n".join(code)))

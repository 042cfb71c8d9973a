from __future__ import annotations

import pytest

from pierhead.cli.terminal import clean, coloured, find_terminal
from pierhead.cli.views.table import Cell, Row, table


def test_width_comes_from_columns() -> None:
    assert find_terminal({"COLUMNS": "77"}).width == 77
    assert find_terminal({"COLUMNS": "7"}).width >= 40
    assert find_terminal({"COLUMNS": "wide"}).width >= 40


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ✓ ü", "plain ✓ ü"),
        ("a\nb\r\nc", "a b c"),
        ("\x1b[31mred\x07", "?[31mred?"),
        ("a\tb", "a\tb"),
        ("c1\x9b2J", "c1?2J"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_an_unknown_style_paints_nothing() -> None:
    assert coloured("x", "") == "x"
    assert coloured("x", "bad") == "\x1b[31mx\x1b[0m"


def test_tables_align_and_cut_the_widest_column_first() -> None:
    rows: list[Row] = [["a", "long text here", ""], ["bb", "x", Cell("y", "bad")]]
    assert table(["ONE", "TWO", "THREE"], rows, 80) == [
        "ONE  TWO             THREE",
        "a    long text here  -",
        "bb   x               y",
    ]
    assert table(["ONE", "TWO", "THREE"], rows, 20)[1] == "a    long te…  -"


def test_a_table_without_rows_has_its_heads() -> None:
    assert table(["ONE", "TWO"], [], 80) == ["ONE  TWO"]

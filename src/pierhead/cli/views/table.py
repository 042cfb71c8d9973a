"""Aligned columns that fit the width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pierhead.cli.terminal import Paint, clean, plain

GAP = "  "
NARROWEST = 6  # a column below this says nothing


@dataclass(frozen=True, slots=True)
class Cell:
    """A text and the style it is painted in."""

    text: str
    style: str = ""


Row = Sequence[str | Cell]


def table(heads: Sequence[str], rows: Sequence[Row], width: int, paint: Paint = plain) -> list[str]:
    """Lines of a table; the widest columns are cut with `…` where the line would be too long."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [
        max(len(head), *(len(row[column].text) for row in cells)) if cells else len(head)
        for column, head in enumerate(heads)
    ]
    _narrow(widths, width - len(GAP) * (len(heads) - 1))
    head = GAP.join(_fit(text, wide) for text, wide in zip(heads, widths, strict=True))
    lines = [paint(head.rstrip(), "faint")]
    for row in cells:
        parts = [_padded(cell, wide, paint) for cell, wide in zip(row, widths, strict=True)]
        lines.append(GAP.join(parts).rstrip())
    return lines


def cut(text: str, width: int) -> str:
    """The text, at most `width` characters long."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def _cell(value: str | Cell) -> Cell:
    cell = value if isinstance(value, Cell) else Cell(value)
    return Cell(clean(cell.text) or "-", cell.style)


def _narrow(widths: list[int], room: int) -> None:
    """Cut the widest first; the first column last, because a row is asked for by what it holds."""
    for first in (1, 0):
        while sum(widths) > room and max(widths[first:], default=0) > NARROWEST:
            widths[widths.index(max(widths[first:]), first)] -= 1


def _fit(text: str, width: int) -> str:
    return cut(text, width).ljust(width)


def _padded(cell: Cell, width: int, paint: Paint) -> str:
    text = cut(cell.text, width)
    return paint(text, cell.style) + " " * (width - len(text))

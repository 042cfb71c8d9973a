"""What the benches share: figures with their spread, a table, a file of results.

A figure is measured in rounds, with what it is compared to measured in between, so that a busy
machine slows both. Nothing is asserted: a missed target is printed as such and the bench goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"


@dataclass(frozen=True)
class Figure:
    """One row of the table.

    Attributes:
        name: what was measured.
        values: of each round.
        unit: such as `s`, `ms`, `MB`.
        below: the target; the median should be under it. None: no target.
        beside: what it is compared with; the ratio of the medians is shown.
    """

    name: str
    values: Sequence[float]
    unit: str
    below: float | None = None
    beside: Sequence[float] = ()

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def ratio(self) -> float | None:
        """How many times the median of what stands beside it."""
        divisor = statistics.median(self.beside) if self.beside else 0
        return self.median / divisor if divisor else None

    @property
    def verdict(self) -> str:
        if self.below is None:
            return ""
        return f"{'met' if self.median < self.below else 'MISSED'}: < {self.below:g} {self.unit}"

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "median": self.median,
            "min": min(self.values),
            "max": max(self.values),
            "values": list(self.values),
            "ratio": self.ratio,
            "below": self.below,
        }


@dataclass
class Bench:
    """The figures of one script; `show` prints and keeps them."""

    title: str
    compared_with: str
    figures: list[Figure] = field(default_factory=list)

    def add(
        self,
        name: str,
        values: Sequence[float],
        unit: str,
        *,
        below: float | None = None,
        beside: Sequence[float] = (),
    ) -> None:
        self.figures.append(Figure(name, values, unit, below, beside))

    def show(self) -> None:
        heads = ("", "median", "min", "max", f"x {self.compared_with}", "target")
        rows = [heads] + [_row(figure) for figure in self.figures]
        widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
        print(f"\n{self.title}\n")
        for row in rows:
            cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
            cells[0], cells[-1] = row[0].ljust(widths[0]), row[-1]
            print("  " + "   ".join(cells).rstrip(), flush=True)
        self._keep()

    def _keep(self) -> None:
        RESULTS.mkdir(exist_ok=True)
        document = {
            "title": self.title,
            "compared_with": self.compared_with,
            "machine": machine(),
            "figures": [figure.document() for figure in self.figures],
        }
        path = RESULTS / f"{Path(sys.argv[0]).stem}.json"
        path.write_text(json.dumps(document, indent=2) + "\n")
        print(f"\n  {path.relative_to(ROOT)}; {machine()}")


def _row(figure: Figure) -> tuple[str, ...]:
    digits = 0 if all(float(value).is_integer() for value in figure.values) else 2
    numbers = (figure.median, min(figure.values), max(figure.values))
    shown = [f"{number:.{digits}f} {figure.unit}" for number in numbers]
    if len(figure.values) == 1:
        shown[1:] = ["", ""]
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    return (figure.name, *shown, ratio, figure.verdict)


def machine() -> str:
    """What it ran on, and how busy that was."""
    busy = os.getloadavg()[0]
    python = platform.python_version()
    return f"{os.cpu_count()} cores, load {busy:.1f}, Python {python}, {platform.system()}"


def seconds(work: Callable[[], Any]) -> float:
    """How long something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def bare_python() -> float:
    """Seconds that an empty Python program takes: what no command can be faster than."""
    return seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))


def rounds(default: int) -> int:
    """How many rounds, from `--rounds N`."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--rounds", type=int, default=default)
    return max(1, int(parser.parse_args().rounds))

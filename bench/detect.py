"""How often detection is right, on any labelled set: `python bench/detect.py DIR LABELS.jsonl ...`

DIR holds the repositories as `owner/name/...`, checked out at the commits of the labels. A label is
one JSON object a line: repo, path, stack (null: to be refused), framework, accept (frameworks that
count as right), in_scope (its framework is one of those named in the contract), grade_framework.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pierhead.detect.refusal import DOUBTFUL
from pierhead.detect.survey import survey
from pierhead.detect.tree import Tree
from pierhead.domain.stack import Stack

Label = dict[str, Any]
SERVERS = re.compile(
    r"\b(?:gunicorn|uvicorn|hypercorn|daphne|waitress-serve|granian|sanic|streamlit|pserve)\b"
)
DEVELOPMENT = re.compile(
    r"runserver|flask run|--reload|\bnodemon\b|webpack serve|vite dev|next dev"
)
SURE = 90
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One label with the answer to it; `start_right` is None where no start is asked for."""

    label: Label
    answer: Stack | None
    milliseconds: float
    start_right: bool | None

    @property
    def stack_right(self) -> bool:
        return bool((self.answer.name if self.answer else None) == self.label["stack"])

    @property
    def framework_right(self) -> bool:
        found = self.answer.framework if self.answer else None
        accepted = self.label.get("accept", [self.label.get("framework")])
        return self.label.get("grade_framework") is False or found in accepted

    @property
    def framework_exact(self) -> bool:
        found = self.answer.framework if self.answer else None
        return found in (self.label["framework"], *self.label.get("accept", ()))


def look(folder: Path, label: Label) -> Row:
    """Detect one folder, warm: the median of some rounds, each walking the folder anew."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        tree = Tree.of_folder(folder)
        answers = survey(tree)
        times.append((time.perf_counter() - started) * 1000)
    best = answers[0] if answers and answers[0].confidence >= DOUBTFUL else None
    return Row(label, best, statistics.median(times), _start_right(tree, label, best))


def _start_right(tree: Tree, label: Label, best: Stack | None) -> bool | None:
    """Whether the start names what exists, with a production server; for web folders only."""
    if label["stack"] not in ("python", "node") or not label.get("in_scope"):
        return None
    if best is None:
        return False
    if best.recipe.static is not None:
        return bool(best.recipe.build) or tree.has_folder(best.recipe.static.root)
    web = best.recipe.processes.get("web")
    line = str(web) if web else ""
    if not line or DEVELOPMENT.search(line):
        return False
    return _python_start(tree, line) if best.name == "python" else _node_start(tree, best, line)


def _python_start(tree: Tree, line: str) -> bool:
    module = re.search(r"'?([\w.]+):[\w.]+(?:\(.*?\))?'?", line)
    if SERVERS.search(line) and module:
        path = module[1].replace(".", "/")
        places = [f"{root}{path}{end}" for root in ("", "src/") for end in (".py", "/__init__.py")]
        return (
            module[1].startswith("django.")
            or any(tree.has(p) for p in places)
            or any(found.endswith(f"/{path}.py") for found in tree.paths)
        )
    script = re.search(r"([\w./-]+\.py)\b", line)
    return bool(script and tree.has(script[1].removeprefix("./"))) or " -m " in line


def _node_start(tree: Tree, best: Stack, line: str) -> bool:
    script = re.search(r"\bnode (?:-\S+ )*([\w./-]+)", line)
    if not script:
        return True  # a script of package.json, or a framework's own command
    path = script[1].removeprefix("./").rstrip("/")
    there = [path, f"{path}.js", f"{path}.mjs", f"{path}.cjs", f"{path}/index.js"]
    return bool(best.recipe.build) or any(tree.has(one) for one in there)


def share(rows: Iterable[bool]) -> str:
    listed = list(rows)
    right = sum(listed)
    return f"{right}/{len(listed)}  {100 * right / len(listed):.1f} %" if listed else "none"


def figures(rows: list[Row]) -> list[tuple[str, str, str]]:
    """Name, figure and aim of each line of the table."""
    real = [r for r in rows if r.label["stack"] is not None]
    negative = [r for r in rows if r.label["stack"] is None]
    scoped = [r for r in real if r.label.get("in_scope") and r.label.get("grade_framework", True)]
    sure = [r for r in rows if r.answer and r.answer.confidence >= SURE]
    times = sorted(r.milliseconds for r in rows)
    p95 = times[min(len(times) - 1, int(len(times) * 0.95))] if times else 0.0
    return [
        ("stack right", share(r.stack_right for r in real), ">= 99 %"),
        ("in-scope framework right", share(r.framework_exact for r in scoped), ">= 97 %"),
        ("both right", share(r.stack_right and r.framework_right for r in real), ">= 97 %"),
        ("negatives refused", share(r.answer is None for r in negative), "all"),
        (
            "start right (Python, Node web)",
            share(r.start_right for r in real if r.start_right is not None),
            ">= 95 %",
        ),
        (
            f"right where confidence >= {SURE}",
            share(r.stack_right and r.framework_right for r in sure),
            ">= 97 %",
        ),
        ("median ms a folder", f"{statistics.median(times):.1f}" if times else "none", "< 5"),
        ("p95 ms a folder", f"{p95:.1f}", "< 25"),
    ]


def main(arguments: list[str]) -> int:
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    base = Path(arguments[0])
    text = "\n".join(Path(path).read_text("utf-8") for path in arguments[1:])
    labels = [json.loads(line) for line in text.splitlines() if line.strip()]
    rows, missing = [], 0
    for label in labels:
        folder = base / label["repo"] / label["path"]
        if folder.is_dir():
            rows.append(look(folder, label))
        else:
            missing += 1
    for row in rows:
        if not (row.stack_right and row.framework_right) or row.start_right is False:
            found = row.answer
            said = f"{found.name}/{found.framework} {found.confidence} %" if found else "refused"
            start = f"  start: {found.recipe.processes.get('web')}" if found else ""
            wanted = f"{row.label['stack']}/{row.label.get('framework')}"
            print(f"{row.label['path']}: wanted {wanted}, got {said}{start}")
    print(f"\n{len(rows)} folders" + (f", {missing} not there" if missing else ""))
    for name, figure, aim in figures(rows):
        print(f"{name:34}{figure:20}{aim}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

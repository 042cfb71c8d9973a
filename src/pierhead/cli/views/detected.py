"""A detected stack, for people."""

from __future__ import annotations

from collections.abc import Iterator

from pierhead.cli.terminal import Terminal, clean
from pierhead.detect.parts import Parts
from pierhead.domain.stack import Evidence, Stack

_EVIDENCE = 6  # lines of it; --json has all


def stack_lines(stack: Stack, terminal: Terminal) -> Iterator[str]:
    """Its name and confidence, why, and how it is built and started."""
    paint = terminal.paint
    place = f" in {stack.part}" if stack.part else ""
    style = "good" if stack.confidence >= 90 else "warn"
    yield clean(_title(stack) + place) + "  " + paint(f"{stack.confidence} %", style)
    rows = [("why", _why(one)) for one in stack.evidence[:_EVIDENCE]]
    rows += _commands(stack)
    rows += _facts(stack)
    rows += [("note", note) for note in stack.recipe.notes]
    rows += [("warning", warning) for warning in stack.warnings]
    before = None
    for name, text in rows:
        label = name if name != before else ""
        before = name
        yield f"  {paint(label.ljust(10), 'faint')}{clean(text)}"


def part_lines(parts: Parts, terminal: Terminal) -> Iterator[str]:
    """One line for each deployable part; the proposed one is marked."""
    rows = [
        (one.part or ".", _title(one), f"{one.confidence} %", _start(one)) for one in parts.listed
    ]
    widths = [max((len(row[n]) for row in rows), default=0) for n in range(3)]
    best = (parts.best.part or ".") if parts.best and not parts.ambiguous else None
    for row in rows:
        mark = "*" if row[0] == best else " "
        cells = "  ".join(text.ljust(width) for text, width in zip(row[:3], widths, strict=True))
        yield clean(f"{mark} {cells}  {row[3]}".rstrip())[: terminal.width]


def _title(stack: Stack) -> str:
    name = f"{stack.name}/{stack.framework}" if stack.framework else stack.name
    version = f" {stack.version}" if stack.version else ""
    return name + version


def _why(evidence: Evidence) -> str:
    place = f"{evidence.path}:{evidence.line}" if evidence.line else evidence.path
    return f"{place} {evidence.says}"


def _commands(stack: Stack) -> list[tuple[str, str]]:
    recipe = stack.recipe
    dependencies = recipe.dependencies
    rows = [("install", str(c)) for c in (dependencies.install if dependencies else ())]
    rows += [("build", str(c)) for c in recipe.build]
    rows += [("release", str(c)) for c in recipe.release]
    rows += [("start" if n == "web" else n, str(c)) for n, c in recipe.processes.items()]
    if recipe.static:
        fallback = f", {recipe.static.fallback} for unknown paths" if recipe.static.fallback else ""
        rows.append(("serves", f"the files of {recipe.static.root}{fallback}"))
    if not stack.recipe.processes and not recipe.static and stack.container is None:
        rows.append(("start", "not known: [service] command in pierhead.toml names it"))
    return rows


def _facts(stack: Stack) -> list[tuple[str, str]]:
    asked = f" (asked for: {stack.runtime})" if stack.runtime else ""
    held = stack.container
    pairs = (
        ("runtime", f"{stack.name} {stack.resolved}{asked}" if stack.resolved else None),
        ("port", str(stack.port) if stack.port else None),
        ("health", stack.health_path),
        ("needs", ", ".join(stack.services)),
        ("image", f"{held.path}" if held else None),
        ("runner-up", stack.runner_up),
    )
    return [(name, text) for name, text in pairs if text]


def _start(stack: Stack) -> str:
    if stack.recipe.static:
        return f"files of {stack.recipe.static.root}"
    web = stack.recipe.processes.get("web")
    return str(web) if web else "no start known"

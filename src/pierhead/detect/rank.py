"""Which of several answers is the application, and which are its tools."""

from __future__ import annotations

from dataclasses import replace

from pierhead.detect.procfile import Procfile
from pierhead.domain.stack import Evidence, Stack

# Browser code beside a server: its confidence only counts where nothing serves it.
_BROWSER = frozenset(("node", "static", "deno", "bun"))
# Languages whose programs are called alike.
_KIN = {"java": ("java", "kotlin", "scala"), "node": ("node", "bun")}


def ranked(stacks: list[Stack], foreign: tuple[str, Evidence] | None) -> list[Stack]:
    """The answers in the light of each other: assets, tests and tools step back."""
    servers = [s for s in stacks if s.name not in _BROWSER]
    # A declared framework is a server, even where its start was not found.
    known = [max(s.confidence, 45 if s.framework else 0) for s in servers if s.confidence >= 30]
    best = max(known, default=0)
    if foreign is None and best < 45:  # below that, it is a library or a tool
        return stacks
    return [_beside(stack, best, foreign is not None) for stack in stacks]


def _beside(stack: Stack, best: int, foreign: bool) -> Stack:
    """A stack beside the manifest of another language: tools and assets more often than not."""
    sure = stack.confidence >= 94 and stack.recipe.static is None
    if sure or (stack.name == "static" and stack.framework not in (None, "static-html")):
        return stack
    if stack.name not in _BROWSER and not foreign:
        return stack
    if stack.name in _BROWSER and (foreign or stack.confidence <= best or stack.recipe.static):
        return replace(stack, confidence=min(stack.confidence, 25))
    return replace(stack, confidence=min(stack.confidence, 25)) if foreign else stack


def led(stack: Stack, written: Procfile) -> Stack:
    """A stack's confidence in the light of the program that the written command calls."""
    language = written.language
    says = Evidence(written.path, f"web: {written.web}", written.line)
    if language is None:  # a program we do not know: the folder still holds what it holds
        sure = max(stack.confidence, 70) if stack.confidence > 30 else stack.confidence
    elif stack.name in _KIN.get(language, (language,)):
        sure = max(stack.confidence, 96)
    else:
        return replace(stack, confidence=min(stack.confidence, 30))
    return replace(stack, confidence=sure, evidence=(says, *stack.evidence))

"""What is added to every stack's answer alike."""

from __future__ import annotations

from dataclasses import replace

from pierhead.detect.container import image_version
from pierhead.detect.given import Given
from pierhead.detect.runtimes import resolve
from pierhead.detect.tree import Tree
from pierhead.domain.clock import now
from pierhead.domain.stack import Stack

_PORTS = {"node": 3000, "python": 8000, "static": 8080}
_BACKENDS = frozenset(("php", "ruby", "python", "java", "kotlin", "csharp", "go", "elixir", "rust"))


def complete(stacks: list[Stack], tree: Tree, given: Given) -> list[Stack]:
    """The answers with a supported runtime, a port, and the browser code built beside a server."""
    node = next((s for s in stacks if s.name == "node" and s.recipe.build), None)
    return [_complete(stack, node, tree, given) for stack in stacks]


def _port(stack: Stack) -> int | None:
    """That of the Dockerfile, of the code, or the usual one."""
    if stack.container and stack.container.ports:
        return stack.container.ports[0]
    usual = _PORTS["static"] if stack.recipe.static else _PORTS.get(stack.name)
    return stack.recipe.port or stack.port or usual


def _complete(stack: Stack, node: Stack | None, tree: Tree, given: Given) -> Stack:
    today = given.as_of or now().date()
    resolved, warnings = resolve(stack.name, stack.runtime or image_version(stack), today)
    if stack.recipe.static is not None and stack.name == "static":
        resolved, warnings = None, ()
    beside = node if stack.name in _BACKENDS and node and tree.has("package.json") else None
    return replace(
        stack,
        resolved=stack.resolved or resolved,
        port=_port(stack),
        assets=beside.recipe if beside else None,
        warnings=(*stack.warnings, *warnings),
    )

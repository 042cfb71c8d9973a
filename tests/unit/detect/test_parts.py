"""Repositories of several parts: what is listed, what is proposed, and what is not guessed."""

from typing import Any

from pierhead.detect.parts import Parts, find_parts
from unit.detect.samples import EXPRESS, SAMPLES, VITE
from unit.detect.trees import tree

SERVER = {"package.json": EXPRESS, "server.js": "app.listen(process.env.PORT)"}
SITE = {"package.json": VITE, "index.html": '<div id="app"></div>'}


def below(folder: str, texts: dict[str, Any]) -> dict[str, Any]:
    return {f"{folder}/{path}": text for path, text in texts.items()}


def parts(*texts: dict[str, Any]) -> Parts:
    return find_parts(tree({path: text for one in texts for path, text in one.items()}))


def listed(found: Parts) -> list[tuple[str, str]]:
    return [(one.part, one.name) for one in found.listed]


def test_backend_and_frontend() -> None:
    found = parts(below("backend", SAMPLES["python-pip"]), below("frontend", SITE))
    assert listed(found) == [("backend", "python"), ("frontend", "node")]
    assert found.ambiguous
    assert found.best is not None
    assert (found.best.part, found.best.framework) == ("backend", "fastapi")
    assert found.best.confidence < 30


def test_one_part_alone_is_proposed() -> None:
    found = parts(below("shop", SAMPLES["go-gin"]), {"README.md": ""})
    assert not found.ambiguous
    assert found.best is not None
    assert (found.best.part, found.best.name, found.best.confidence) == ("shop", "go", 60)


def test_a_workspace_lists_its_members() -> None:
    root = {"package.json": {"private": True, "workspaces": ["apps/*"]}}
    found = parts(root, below("apps/web", SITE), below("apps/api", SERVER))
    assert listed(found)[1:] == [("apps/api", "node"), ("apps/web", "node")]
    assert found.ambiguous


def test_a_root_that_runs_is_the_answer() -> None:
    found = parts(SERVER, below("client", SITE))
    assert found.best is not None
    assert (found.best.part, found.ambiguous) == ("", False)
    assert listed(found) == [("", "node"), ("client", "node")]


def test_tests_examples_and_what_others_wrote_are_no_parts() -> None:
    aside = ("tests/app", "examples/a", "docs", "node_modules/x", "vendor/y", "a/b/c/d")
    found = parts(*(below(folder, SERVER) for folder in aside))
    assert listed(found) == []
    assert found.best is None


def test_libraries_are_no_parts() -> None:
    found = parts(below("packages/ui", {"package.json": {"main": "x.js", "exports": {}}}))
    assert listed(found) == []


def test_a_folder_with_only_a_dockerfile_is_a_part() -> None:
    assert listed(parts(below("proxy", SAMPLES["docker-only"]))) == [("proxy", "docker")]

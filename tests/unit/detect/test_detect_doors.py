"""`pierhead detect` and its HTTP route: the same answer at both doors."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from click.testing import CliRunner, Result
from fastapi import FastAPI

from pierhead.api import detect as route
from pierhead.api import problems
from pierhead.cli.main import cli
from pierhead.cli.session import Session
from pierhead.cli.terminal import Terminal
from pierhead.client.address import find_address
from pierhead.deploy.adapters import Adapters
from pierhead.settings import load_settings
from unit.detect.samples import SAMPLES, SERVER_JS
from unit.detect.trees import tree


def written(folder: Path, texts: dict[str, Any]) -> Path:
    held = tree(texts)
    for path in held.paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(held.content(path))
    return folder


def run(home: Path, *arguments: str) -> Result:
    environ = {"PIERHEAD_HOME": str(home / "home")}
    settings = load_settings(environ)
    terminal = Terminal(width=120)
    session = Session(environ, settings, find_address(environ, settings), terminal)
    return CliRunner().invoke(cli, ["detect", *arguments], obj=session, prog_name="pierhead")


def test_the_answer_for_people(tmp_path: Path) -> None:
    result = run(tmp_path, str(written(tmp_path / "shop", SAMPLES["go-gin"])))
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "go/gin 1.0.0  97 %"
    assert "  why       go.mod:1 is module example.org/shop" in lines
    assert "            main.go:6 imports github.com/gin-gonic/gin" in lines
    assert "  start     ./bin/app" in lines
    assert "  health    /healthz" in lines
    assert not (tmp_path / "home").exists()  # no server was started


def test_json_and_the_route_say_the_same(tmp_path: Path) -> None:
    folder = written(tmp_path / "shop", SAMPLES["php-laravel"])
    document = json.loads(run(tmp_path, "--json", str(folder)).stdout)
    assert (document["stack"], document["framework"]) == ("php", "laravel")
    assert document["runtime"] == {"asked": "^8.2", "resolved": "8.4"}
    assert document["runs_as_process"] is False
    answer = post({"path": str(folder)})
    assert answer.status_code == 200
    assert answer.json() == document


def test_parts_are_listed_and_ambiguity_is_said(tmp_path: Path) -> None:
    for name in ("api", "web"):
        written(tmp_path / "all" / name, SAMPLES["node-npm"] | {"server.js": SERVER_JS})
    result = run(tmp_path, "--all", str(tmp_path / "all"))
    assert [line.split()[:2] for line in result.stdout.splitlines()] == [
        ["api", "node/express"],
        ["web", "node/express"],
    ]
    result = run(tmp_path, str(tmp_path / "all"))
    assert result.exit_code == 0
    assert "several parts could be meant: web" in result.stderr
    document = json.loads(run(tmp_path, "--json", str(tmp_path / "all")).stdout)
    assert document["ambiguous"]
    assert document["confidence"] < 30
    assert [part["part"] for part in document["parts"]] == ["api", "web"]


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("none", 3, "does not exist"),
        ("shop/index.html", 3, "is not a folder"),
        ("ftp://example.org/a", 3, "not an address"),
        ("-c", 2, "No such option"),
        ("empty", 3, "the folder is empty"),
    ],
)
def test_what_cannot_be_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, code: int, said: str
) -> None:
    written(tmp_path / "shop", SAMPLES["static-plain"])
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    result = run(tmp_path, source)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def test_a_refusal_as_json_is_a_document_as_well(tmp_path: Path) -> None:
    result = run(tmp_path, "--json", str(written(tmp_path / "x", SAMPLES["nothing"])))
    assert result.exit_code == 3
    assert json.loads(result.stdout)["stack"] is None
    assert "clojure" in result.stderr


def test_names_of_files_do_not_move_the_cursor(tmp_path: Path) -> None:
    texts = {"go.mod": "module a\x1b[2J\x1b]0;x\x07\n", "main.go": "package main\nfunc main() {}"}
    result = run(tmp_path, str(written(tmp_path / "x", texts)))
    assert "\x1b" not in result.stdout


def post(body: object) -> httpx.Response:
    """The route alone: it needs no adapter, so none is made."""
    app = FastAPI()
    problems.install(app)
    app.include_router(route.router(cast("Adapters", None)))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post("/api/deployments/detect", json=body)

    import asyncio

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "either"),
        ({"path": "/a", "git_url": "https://x/y"}, "either"),
        ({"path": "relative"}, "not an absolute path"),
        ({"path": "/none/at/all"}, "does not exist"),
        ({"git_url": "ext::sh -c id"}, "not an address"),
        ({"path": "/tmp", "other": 1}, "other"),
    ],
)
def test_bad_requests(body: dict[str, Any], said: str) -> None:
    answer = post(body)
    assert answer.status_code == 400
    assert said in answer.text


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    answer = post({"path": str(tmp_path)})
    assert (answer.status_code, answer.json()["code"]) == (400, "nothing-to-run")


def test_the_command_line_brings_no_server_along() -> None:
    """Detection of the CLI loads neither the store nor the web framework."""
    script = (
        "import sys, pierhead.cli.main, pierhead.cli.commands.detect, pierhead.detect.sources\n"
        "print(sorted({'sqlalchemy', 'fastapi', 'dbos'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == "[]"

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pierhead.domain.command import Command
from pierhead.domain.service import Limits, Restart
from pierhead.domain.stack import Recipe, Stack
from pierhead.errors import InvalidInput
from pierhead.generate.project import Project
from pierhead.generate.systemd_unit import UnitPlace, unit
from unit.generate.golden import check_golden
from unit.generate.other_samples import line
from unit.generate.samples import projects

PROJECTS = projects()
PLACE = UnitPlace("/opt/shop/current", "shop", "/opt/shop/environment", port=20001)


def _project(command: Command, **recipe: object) -> Project:
    made = Recipe(processes={"web": command}, **recipe)  # type: ignore[arg-type]
    return Project.of("shop", Stack("node", None, 90, (), made))


def _value(text: str, key: str) -> str:
    return next(x.partition("=")[2] for x in text.splitlines() if x.startswith(f"{key}="))


@pytest.mark.parametrize("name", ["python-django", "node-npm", "python-procfile"])
def test_text_is_the_golden_one(name: str) -> None:
    project = PROJECTS[name]
    check_golden(f"{name}.service", unit(project, UnitPlace.usual(project)))


def test_it_is_hardened_limited_and_ends_in_time() -> None:
    project = _project(line("node", "server.js"))
    spec = replace(
        project.spec,
        restart=Restart.ON_FAILURE,
        stop_timeout=25.0,
        limits=Limits(memory=512 << 20, open_files=1024, processes=64),
    )
    text = unit(replace(project, spec=spec), PLACE)
    wanted = {
        "User": "shop",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "EnvironmentFile": "/opt/shop/environment",
        "Restart": "on-failure",
        "TimeoutStopSec": "25",
        "MemoryMax": str(512 << 20),
        "LimitNOFILE": "1024",
        "TasksMax": "64",
    }
    assert {key: _value(text, key) for key in wanted} == wanted


def test_no_secret_stands_in_a_file_that_everybody_reads() -> None:
    text = unit(_project(line("node"), environment={"API_TOKEN": "canary", "MODE": "fast"}), PLACE)
    assert "canary" not in text
    assert 'Environment="MODE=fast"' in text


def test_port_is_one_word_and_other_dollars_are_not_variables() -> None:
    text = unit(_project(line("serve", "--bind", "127.0.0.1:$PORT", "a $5 100%")), PLACE)
    assert _value(text, "ExecStart") == (
        '"/usr/bin/env" "serve" "--bind" "127.0.0.1:${PORT}" "a $$5 100%%"'
    )


def test_line_of_a_person_runs_in_a_shell_that_becomes_the_program() -> None:
    text = unit(_project(Command.line('gunicorn "a b" --bind :$PORT')), PLACE)
    assert _value(text, "ExecStart") == ('"/bin/sh" "-c" "exec gunicorn \\"a b\\" --bind :$$PORT"')


def test_a_process_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no worker process"):
        unit(_project(line("node")), replace(PLACE, process="worker"))


@given(st.text(st.characters(codec="utf-8")))
def test_any_argument_is_one_word_on_one_line_or_refused(argument: str) -> None:
    word = argument.replace("$", "€")
    project = _project(line("node", word))
    if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", word):
        with pytest.raises(InvalidInput):
            unit(project, PLACE)
        return
    found = _value(unit(project, PLACE), "ExecStart")
    inner = found.removeprefix('"/usr/bin/env" "node" "').removesuffix('"')
    assert re.sub(r"\\(.)", r"\1", inner).replace("%%", "%") == word


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_reads_it_without_a_complaint(tmp_path: Path) -> None:
    me = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    place = UnitPlace(str(tmp_path), me, str(tmp_path / "environment"), port=20001)
    for name, project in sorted(PROJECTS.items()):
        if "web" in project.recipe.processes:
            (tmp_path / f"{name}.service").write_text(unit(project, place))
    files = sorted(map(str, tmp_path.glob("*.service")))
    assert files
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"},
    )
    said = [x for x in found.stderr.splitlines() if str(tmp_path) in x or ".service" in x]
    assert [x for x in said if any(f"{Path(f).name}:" in x for f in files)] == []

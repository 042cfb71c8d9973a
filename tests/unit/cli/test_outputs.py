"""What people see of each command, kept as golden files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pierhead.domain.deployment import Kind, Status
from pierhead.domain.event import EventType
from pierhead.domain.service import ServiceState
from unit.cli.harness import Harness, check_golden, session_text
from unit.client import samples
from unit.client.api_double import ApiDouble, Lines


def _page(*deployments: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    count = len(deployments) if total is None else total
    return {"deployments": list(deployments), "total": count, "page": 1, "page_size": 20}


def _fill(double: ApiDouble) -> None:
    older = samples.deployment(Status.INACTIVE, id=samples.FIRST, number=1, reason="")
    running = samples.deployment(
        Status.DEPLOYING, id="d-1m4kc000-0ffff", number=3, completed_at=None, kind=Kind.ROLLBACK
    )
    all_of_them = [running, samples.deployment(), samples.failed_deployment(), older]

    def deployments(request: Any) -> dict[str, Any]:
        wanted = request.lists.get("status")
        return _page(*[d for d in all_of_them if wanted is None or d["status"] in wanted])

    down = samples.service(project="blog", state=ServiceState.DOWN, deployment_id="d-x", port=20002)
    entries = [samples.audit_entry()]
    checks = [
        {"name": "uv", "ok": True, "found": "0.9.2", "advice": ""},
        {"name": "node", "ok": None, "found": "not found", "advice": "only Node projects need it"},
        {"name": "disk", "ok": False, "found": "97 % used", "advice": "free some space"},
    ]
    port = {"port": 20001, "project": "shop", "environment": "production"}
    port |= {"purpose": "edge", "holder": "shop"}
    events = [samples.event(7), samples.event(8, EventType.CRASHED)]
    log = {"source": "web.0", "deployment": samples.SECOND, "line": "GET / 200"}
    double.routes |= {
        "GET /services": {"services": [samples.service(), down]},
        "GET /services/shop": samples.service_detail(),
        "GET /services/shop/logs": Lines((log, log | {"source": "worker.0", "line": "ready"})),
        "GET /deployments": deployments,
        f"GET /deployments/{samples.SECOND}": samples.deployment(),
        "GET /deployments/d-failed": samples.failed_deployment(),
        "GET /deployments/d-failed/log": "Resolving\n  x No solution found\n",
        f"POST /deployments/{samples.SECOND}/cancel": samples.deployment(
            Status.DEPLOYING, completed_at=None
        ),
        "GET /events": {"events": events},
        "GET /events/stream": Lines((samples.event(9),)),
        "GET /audit": {"entries": entries},
        "GET /ports": {"ports": [port]},
        "GET /doctor": {"checks": checks},
        "POST /services/shop/stop": samples.service(state=ServiceState.STOPPED),
        "POST /services/shop/start": samples.service(),
        "DELETE /services/shop": {"deleted": "shop"},
        "POST /plan": samples.plan(),
    }


SHOWN = [
    ("status", 0),
    ("status shop", 0),
    ("services", 0),
    ("address shop", 0),
    ("deploy list", 0),
    (f"deploy show {samples.SECOND}", 0),
    ("deploy show d-failed", 0),
    ("deploy log d-failed", 0),
    (f"deploy cancel {samples.SECOND}", 0),
    ("logs shop", 0),
    ("events", 0),
    ("events -f", 0),
    ("audit", 0),
    ("ports", 0),
    ("doctor", 7),
    ("stop shop", 0),
    ("start shop", 0),
    ("delete shop --yes", 0),
]


def _file(command: str) -> str:
    return command.replace(samples.SECOND, "ID").replace("--", "").replace(" ", "-") + ".txt"


@pytest.mark.parametrize(("command", "code"), SHOWN, ids=[_file(c) for c, _ in SHOWN])
def test_output(harness: Harness, command: str, code: int) -> None:
    _fill(harness.double)
    arguments = command.split()
    result = harness.run(*arguments, exit_code=code)
    check_golden(_file(command), session_text(arguments, result))


@pytest.mark.parametrize(
    "command", [c for c, _ in SHOWN if not c.startswith(("logs", "events -f"))]
)
def test_json_is_the_document_and_nothing_else(harness: Harness, command: str) -> None:
    _fill(harness.double)
    code = dict(SHOWN)[command]
    document = json.loads(harness.run(*command.split(), "--json", exit_code=code).stdout)
    assert isinstance(document, dict)
    assert document


@pytest.mark.parametrize(("command", "count"), [("logs shop", 2), ("events -f", 3)])
def test_json_of_a_stream_is_one_document_a_line(
    harness: Harness, command: str, count: int
) -> None:
    _fill(harness.double)
    lines = harness.run(*command.split(), "--json").stdout.splitlines()
    assert [isinstance(json.loads(line), dict) for line in lines] == [True] * count


def test_plan(harness: Harness, tmp_path: Path) -> None:
    _fill(harness.double)
    result = harness.run("up", str(tmp_path), "--dry-run")
    check_golden("up-dry-run.txt", session_text(["up", "PATH", "--dry-run"], result))
    assert not [request for request in harness.double.seen if request.path == "/up"]


def test_plan_with_nothing_to_do(harness: Harness, tmp_path: Path) -> None:
    reason = "release r-0123456789ab runs already"
    harness.double.routes["POST /plan"] = samples.plan(
        steps=(), reason=reason, notes=(), warnings=()
    )
    result = harness.run("up", str(tmp_path), "--dry-run")
    assert f"nothing to do: {reason}" in result.stdout
    assert json.loads(harness.run("up", str(tmp_path), "--dry-run", "--json").stdout)["steps"] == []


def test_a_narrow_terminal_cuts_the_widest_column(harness: Harness) -> None:
    _fill(harness.double)
    result = harness.run("deploy", "list", width=90)
    assert max(map(len, result.stdout.splitlines())) <= 90
    assert "…" in result.stdout
    assert samples.SECOND in result.stdout, "an id is typed again, so it is cut last"


def test_colours_do_not_move_columns(harness: Harness) -> None:
    import click

    _fill(harness.double)
    coloured = harness.run("status", colour=True).stdout
    assert "\x1b[" in coloured
    assert click.unstyle(coloured) == harness.run("status").stdout


def test_what_others_typed_cannot_steer_the_terminal(harness: Harness) -> None:
    evil = samples.deployment(reason="a\x1b[2Jb\r\nc\x9bd")
    harness.double.routes[f"GET /deployments/{samples.SECOND}"] = evil
    out = harness.run("deploy", "show", samples.SECOND).stdout
    assert "\x1b" not in out
    assert "\x9b" not in out
    assert "a?[2Jb c?d" in out


def test_what_is_not_known_or_said_twice_is_left_out(harness: Harness) -> None:
    bare = samples.deployment() | {"address": None, "version": "r-0123456789ab", "reason": ""}
    harness.double.routes[f"GET /deployments/{samples.SECOND}"] = bare
    out = harness.run("deploy", "show", samples.SECOND).stdout
    assert "version     r-0123456789ab" in out
    assert not {"address", "release", "reason"} & set(out.split())


def test_status_of_nothing_says_how_to_begin(harness: Harness) -> None:
    harness.double.routes |= {"GET /services": {"services": []}, "GET /deployments": _page()}
    result = harness.run("status")
    assert (result.stdout, result.stderr) == (
        "",
        "no services yet; `pierhead up PATH` starts one\n",
    )


def test_a_long_list_says_how_to_see_the_rest(harness: Harness) -> None:
    harness.double.routes["GET /deployments"] = _page(samples.deployment(), total=41)
    result = harness.run("deploy", "list", "shop", "-e", "staging", "--status", "failed", "-n", "2")
    assert "41 in all; --page 2 shows the next" in result.stderr
    assert harness.double.asked("GET", "/deployments").query == {
        "project": "shop",
        "environment": "staging",
        "status": "failed",
        "page": "1",
        "page_size": "2",
    }

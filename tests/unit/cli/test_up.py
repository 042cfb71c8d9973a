"""`up` and its kin: following a deployment to its end, and how each end is told."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pierhead.domain.deployment import PhaseRecord, PhaseStatus, Status
from pierhead.domain.plan import PhaseName
from unit.cli.harness import Harness, check_golden, session_text
from unit.client import samples
from unit.client.api_double import Answer, Lines, Refused, Request

WATCH = f"GET /deployments/{samples.SECOND}/watch"
PENDING = samples.deployment(
    Status.PENDING, phases=(), started_at=None, activated_at=None, completed_at=None, note=""
)


def _seen(deployment: dict[str, Any]) -> dict[str, Any]:
    return {"type": "deployment", "deployment": deployment}


def _building() -> dict[str, Any]:
    done = samples.phases()[:2]
    build = PhaseRecord(PhaseName.BUILD, PhaseStatus.RUNNING, samples.BEGAN + timedelta(seconds=1))
    return samples.deployment(
        Status.DEPLOYING, phases=(*done, build), activated_at=None, completed_at=None, note=""
    )


STAMP = "2026-03-01T11:57:02.123Z build      | "
LOG = {"type": "log", "offset": 24, "line": STAMP + "Installed 12 packages"}


def _deploys(
    harness: Harness, *watched: dict[str, Any], plan: dict[str, Any] | None = None
) -> None:
    outcome = {"plan": plan or samples.plan(notes=(), warnings=()), "deployment": PENDING}
    harness.double.routes |= {"POST /up": outcome, WATCH: Lines(watched)}


def test_up_shows_phases_on_stderr_and_the_address_on_stdout(
    harness: Harness, tmp_path: Path
) -> None:
    watched = [_seen(PENDING), _seen(_building()), LOG, _seen(samples.deployment())]
    _deploys(harness, *watched, plan=samples.plan())
    result = harness.run("up", str(tmp_path))
    check_golden("up.txt", session_text(["up", "PATH"], result))


def test_verbose_shows_what_the_deployment_writes(harness: Harness, tmp_path: Path) -> None:
    _deploys(harness, _seen(_building()), LOG, _seen(samples.deployment()))
    assert "    | Installed 12 packages\n" in harness.run("up", str(tmp_path), "-v").stderr
    assert "Installed 12" not in harness.run("up", str(tmp_path)).stderr


def test_up_sends_what_was_asked(harness: Harness, tmp_path: Path) -> None:
    _deploys(harness, _seen(samples.deployment()))
    file = tmp_path / "vars"
    file.write_text("A=from file\nB=two\n")
    harness.run(
        *("up", str(tmp_path), "--name", "shop", "-e", "staging", "--env", "A=one=1"),
        *("--env-file", str(file), "--reason", "why", "--as-of", "2026-01-31", "--force"),
        *("--timeout", "1m30s"),
    )
    assert harness.double.asked("POST", "/up").body == {
        "path": str(tmp_path),
        "name": "shop",
        "environment": "staging",
        "env": {"A": "one=1", "B": "two"},
        "reason": "why",
        "as_of": "2026-01-31",
        "force": True,
        "timeout": 90.0,
    }


def test_nothing_to_do_is_success(harness: Harness, tmp_path: Path) -> None:
    plan = samples.plan(steps=(), reason="release r-0123456789ab runs already")
    harness.double.routes["POST /up"] = {"plan": plan, "deployment": None}
    result = harness.run("up", str(tmp_path))
    assert result.stdout == samples.ADDRESS + "\n"
    assert "nothing to do: release r-0123456789ab runs already" in result.stderr


def test_detached_up_prints_the_id(harness: Harness, tmp_path: Path) -> None:
    _deploys(harness)
    result = harness.run("up", str(tmp_path), "--detach")
    assert result.stdout == samples.SECOND + "\n"
    assert f"pierhead deploy watch {samples.SECOND}" in result.stderr


def test_json_is_plan_and_deployment_also_when_it_failed(harness: Harness, tmp_path: Path) -> None:
    _deploys(harness, _seen(samples.failed_deployment()))
    result = harness.run("up", str(tmp_path), "--json", exit_code=6)
    document = json.loads(result.stdout)
    assert set(document) == {"plan", "deployment"}
    assert document["deployment"]["status"] == "failed"


def test_failure_is_two_lines_after_the_end_of_the_log(harness: Harness, tmp_path: Path) -> None:
    _deploys(harness, _seen(_building()), _seen(samples.failed_deployment()))
    result = harness.run("up", str(tmp_path), exit_code=6)
    check_golden("up-failed.txt", session_text(["up", "PATH"], result))


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"status": Status.CANCELLED}, 8, "was cancelled"),
        ({"status": Status.SUPERSEDED, "superseded_by": "d-9"}, 5, "gave way to d-9"),
        ({"status": Status.FAILED}, 6, "failed"),
        ({"status": Status.FAILED, "error": {"code": "timed-out", "message": "late"}}, 9, "late"),
        (
            {"status": Status.FAILED, "error": {"code": "cancelled", "message": "by request"}},
            8,
            "by request",
        ),
        ({"status": Status.FAILED, "error": {"code": "of tomorrow", "message": "new"}}, 6, "new"),
        ({"status": Status.FAILED, "error": {"code": "internal", "message": "oops"}}, 6, "oops"),
        ({"status": Status.ROLLED_BACK, "error": {"code": "start-failed", "message": "x"}}, 6, "x"),
    ],
)
def test_exit_codes_of_ends(
    harness: Harness, tmp_path: Path, changes: dict[str, Any], code: int, said: str
) -> None:
    _deploys(harness, _seen(samples.deployment(**changes)))
    result = harness.run("up", str(tmp_path), exit_code=code)
    assert result.stdout == ""
    assert f"error: {said}" in result.stderr or f"{samples.SECOND} {said}" in result.stderr
    assert "hint: " in result.stderr


def test_a_refusal_of_the_server_exits_with_its_code(harness: Harness, tmp_path: Path) -> None:
    problem = {
        "code": "config-invalid",
        "detail": "unknown key 'comand'",
        "where": "pierhead.toml:2",
    }
    harness.double.routes["POST /up"] = Refused(400, problem)
    result = harness.run("up", str(tmp_path), exit_code=3)
    assert result.stderr.splitlines() == [
        "error: pierhead.toml:2: unknown key 'comand'",
        "hint: see docs/reference/config.md",
    ]


def test_following_survives_a_server_that_is_restarted(harness: Harness, tmp_path: Path) -> None:
    offsets = []

    def watch(request: Request) -> Answer:
        offsets.append(request.query["log_offset"])
        if len(offsets) == 1:
            return Lines((_seen(_building()), LOG), abort=True)
        if len(offsets) == 2:
            return Refused(503, {"code": "server-unreachable", "detail": "starting"})
        return Lines((_seen(samples.deployment()),))

    _deploys(harness)
    harness.double.routes[WATCH] = watch
    result = harness.run("up", str(tmp_path))
    assert offsets == ["0", "24", "24"]
    assert result.stderr.count("waiting for it to come back") == 1
    assert result.stderr.count("✓ Validation") == 1  # shown once, though sent twice
    assert result.stdout == samples.ADDRESS + "\n"


def test_rollback_restart_and_watch_follow_too(harness: Harness) -> None:
    outcome = {"plan": samples.plan(), "deployment": PENDING}
    harness.double.routes |= {
        "POST /services/shop/rollback": outcome,
        "POST /services/shop/restart": outcome,
        f"GET /deployments/{samples.SECOND}": PENDING,
        WATCH: Lines((_seen(samples.deployment()),)),
    }
    for command in (
        ("rollback", "shop", "--to", "d-1", "--reason", "why"),
        ("restart", "shop"),
        ("deploy", "watch", samples.SECOND),
    ):
        result = harness.run(*command)
        assert result.stdout == samples.ADDRESS + "\n"
        assert "✓ Build" in result.stderr
    body = harness.double.asked("POST", "/services/shop/rollback").body
    assert body == {"environment": "production", "to": "d-1", "reason": "why"}


@pytest.mark.parametrize(
    ("status", "said"),
    [(Status.INACTIVE, "a later one has taken over"), (Status.ROLLED_BACK, "it was rolled back")],
)
def test_what_was_live_is_not_said_to_be(harness: Harness, status: Status, said: str) -> None:
    past = samples.deployment(status)
    harness.double.routes |= {
        f"GET /deployments/{samples.SECOND}": past,
        WATCH: Lines((_seen(past),)),
    }
    talk = harness.run("deploy", "watch", samples.SECOND).stderr
    assert f"shop 1.4.2 (#2) was live in production; {said}" in talk
    assert "is live" not in talk


def test_a_server_that_stays_away_is_told_in_the_end(
    harness: Harness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pierhead.cli.following.ABSENT_SECONDS", 0.1)
    gone = Refused(503, {"code": "server-unreachable", "detail": "gone"})
    _deploys(harness)
    harness.double.routes[WATCH] = gone
    result = harness.run("up", str(tmp_path), exit_code=7)
    assert f"hint: `pierhead deploy watch {samples.SECOND}` follows it" in result.stderr


def test_a_terminal_sees_the_running_phase(harness: Harness, tmp_path: Path) -> None:
    outcome = {"plan": samples.plan(), "deployment": PENDING}
    ended = samples.deployment()
    harness.double.routes |= {
        "POST /up": outcome,
        WATCH: Lines((_seen(_building()), _seen(ended)), pause=0.25),
    }
    talk = harness.run("up", str(tmp_path), live=True).stderr
    assert "Build" in talk.split("✓ Build")[0]
    # The clock is wiped away before a line is written and at the end.
    assert talk.split("✓ Build")[0].rstrip(" ").endswith("\r\x1b[K")
    assert "\r\x1b[K" in talk.split("✓ Register")[1]


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (("--env", "canary-value"), "--env"),
        (("--env", "1canary=x"), "--env"),
        (("--env", "=canary"), "--env"),
        (("--env-file", "no-such-canary"), "no-such-canary"),
        (("--timeout", "soon"), "--timeout"),
        (("--timeout", "0"), "--timeout"),
    ],
)
def test_bad_values_are_refused_before_anything_is_asked(
    harness: Harness, tmp_path: Path, arguments: tuple[str, ...], where: str
) -> None:
    result = harness.run("up", str(tmp_path), *arguments, exit_code=3)
    assert result.stderr.startswith(f"error: {where}: ")
    if where == "--env":
        assert "canary" not in result.output
    assert harness.double.seen == []


def test_a_distant_server_judges_the_folder_itself(harness: Harness) -> None:
    plan = samples.plan(steps=(), reason="it runs already")
    harness.double.routes["POST /up"] = {"plan": plan, "deployment": None}
    with harness.double.on(("127.0.0.1", 0)) as (host, port):
        harness.environ["PIERHEAD_URL"] = f"http://{host}:{port}"
        harness.run("up", "no/such/folder")
    path = harness.double.asked("POST", "/up").body["path"]
    assert path == str(Path.cwd() / "no/such/folder")


def test_a_folder_that_is_not_there_is_named(harness: Harness, tmp_path: Path) -> None:
    missing = str(tmp_path / "none")
    result = harness.run("up", missing, exit_code=3)
    assert f"error: {missing}: there is no such folder" in result.stderr
    (tmp_path / "file").touch()
    assert (
        "neither a folder nor a bundle"
        in harness.run("up", str(tmp_path / "file"), exit_code=3).stderr
    )

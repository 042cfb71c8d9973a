"""A secret is where its process needs it, and in no output, record, log or list of processes."""

import base64
import signal
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.home import free_port
from lab.pierhead import SERVER, Pierhead, eventually, installation, web_app

pytestmark = [pytest.mark.story, pytest.mark.real]

GIVEN = "canary/7f3a+9c=d &é"
TELLTALE = """
import base64, json, os, urllib.parse
for name in ("TOKEN", "SESSION_SECRET"):
    value = os.environ[name]
    print("plain", value)
    print("base64", base64.b64encode(value.encode()).decode())
    print("basic", base64.b64encode(f"user:{value}".encode()).decode())
    print("url", urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value))
    print("json", json.dumps({name: value}), flush=True)
with open(os.path.join(os.environ["DATA_DIR"], "seen"), "w") as file:
    file.write(os.environ["SESSION_SECRET"])
"""
LEADS_ELSEWHERE = SERVER.replace(
    "send_response(200)",
    "send_response(302); self.send_header('Location', '/in?' + os.environ['SESSION_SECRET'])",
)
CONFIG = """
[build]
commands = ['echo "building with $TOKEN"']
[service]
release = ['echo "migrating with $TOKEN"']
[secrets]
generate = ["SESSION_SECRET"]
[deploy]
observe = 1
[health]
attempts = 1
"""
TCP_TOKEN = "a-token-of-the-api-that-is-long"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pierhead, list[str]]]:
    """An installation with a talkative application, one version of which failed; its secrets."""
    with installation(PIERHEAD_LISTEN=f"127.0.0.1:{free_port()}", PIERHEAD_TOKEN=TCP_TOKEN) as made:
        folder = tmp_path_factory.mktemp("src") / "shop"
        files = {"pierhead.toml": CONFIG}
        options = ("--env", f"TOKEN={GIVEN}", "--verbose")
        said = [
            made.run(
                "up", str(web_app(folder, "one", TELLTALE + LEADS_ELSEWHERE, **files)), *options
            )
        ]
        failing = TELLTALE + "raise SystemExit('no: ' + os.environ['TOKEN'])\n"
        said.append(made.run("up", str(web_app(folder, "two", failing, **files)), *options, code=6))
        rude = TELLTALE + SERVER.replace(
            "send_response(200)", "send_response(500, os.environ['SESSION_SECRET'])"
        )
        said.append(made.run("up", str(web_app(folder, "two", rude, **files)), *options, code=6))
        seen = made.home / "data" / "shop" / "production" / "seen"
        secrets = [GIVEN, seen.read_text(), TCP_TOKEN]
        for answer in said:
            assert found(secrets, answer.out + answer.err) == []
        yield made, secrets


def forms(value: str) -> set[str]:
    """How a value may be written; of base64 the part that does not depend on its place."""
    raw = value.encode()
    inner = {base64.b64encode(b"x" * n + raw).decode()[4:-4] for n in range(3)}
    quoted = {urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value)}
    return {value, *inner, *quoted}


def found(secrets: list[str], text: str) -> list[str]:
    return [form for value in secrets for form in forms(value) if form in text]


def test_no_command_shows_them(deployed: tuple[Pierhead, list[str]]) -> None:
    pierhead, secrets = deployed
    newest = pierhead.deployments("shop")
    assert len(newest) == 3
    commands: list[tuple[str, ...]] = [
        ("status",), ("status", "shop"), ("services",), ("ports",), ("events",), ("audit",),
        ("logs", "shop"), ("deploy", "list"), ("doctor",),
        *(("deploy", verb, one["id"]) for one in newest for verb in ("show", "log", "watch")),
    ]  # fmt: skip
    for command in commands:
        for more in ((), ("--json",)):
            answer = pierhead.run(*command, *more, code=None)
            assert answer.code in {0, 6}, answer
            assert found(secrets, answer.out + answer.err) == [], command
    said = pierhead.run("logs", "shop").out
    assert "plain ••••••" in said  # it did print them
    assert "redirects to /in?••••••" in pierhead.run("status", "shop").out
    assert "building with ••••••" in pierhead.run("deploy", "log", newest[-1]["id"]).out


def test_no_answer_of_the_api_shows_them(deployed: tuple[Pierhead, list[str]]) -> None:
    pierhead, secrets = deployed
    base = f"http://{pierhead.variables['PIERHEAD_LISTEN']}"
    names = [one["id"] for one in pierhead.deployments("shop")]
    paths = ["services", "services/shop", "services/shop/logs", "deployments", "events", "audit"]
    paths += ["ports", "doctor", *(f"deployments/{n}" for n in names)]
    paths += [f"deployments/{n}/{what}" for n in names for what in ("log", "watch")]
    for path in paths:
        request = urllib.request.Request(  # noqa: S310 - an address of ours
            f"{base}/api/v1/{path}", headers={"Authorization": f"Bearer {TCP_TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            assert found(secrets, answer.read().decode()) == [], path


def test_nothing_on_the_disk_holds_them_but_what_must(
    deployed: tuple[Pierhead, list[str]],
) -> None:
    pierhead, secrets = deployed
    eventually(lambda: len(pierhead.instances()) == 1)
    holding = set()
    for path in pierhead.home.rglob("*"):
        if path.is_file() and found(secrets, path.read_bytes().decode(errors="replace")):
            assert path.stat().st_mode & 0o077 == 0 or "data" in path.parts, path
            holding.add(path.relative_to(pierhead.home))
    for path in sorted(holding):
        # What its own process printed or wrote, and what a restart of the machine starts it from.
        own_log = path.match("logs/shop/production/d-*.web.0.log")
        assert own_log or path.match("programs/*.json") or path.match("data/*/*/seen"), path
    shown = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert found(secrets, shown.stdout) == []


LAST_WORDS = """
import os, signal
def say(*args):
    print("bye", os.environ["TOKEN"], flush=True)
    os._exit(0)
signal.signal(signal.SIGTERM, say)
"""


def test_a_value_that_was_replaced_is_not_shown_either(pierhead: Pierhead, tmp_path: Path) -> None:
    folder = web_app(tmp_path / "shop", server=LAST_WORDS + SERVER)
    pierhead.run("up", str(folder), "--env", "TOKEN=the-old-canary")
    following = pierhead.begin("logs", "shop", "--follow")
    pierhead.run("up", str(folder), "--env", "TOKEN=the-new-canary")
    eventually(lambda: len(pierhead.instances()) == 1)
    time.sleep(1)  # logs are looked at every 0.2 s
    following.send_signal(signal.SIGINT)
    shown, _ = following.communicate(timeout=10)
    assert "bye ••••••" in shown
    assert "canary" not in shown

"""The same promises on PostgreSQL, over TCP, by name, and for sites that the edge serves itself."""

from pathlib import Path

import pytest

from lab.home import free_port
from lab.pierhead import Pierhead, eventually, get, installation, web_app, write

pytestmark = [pytest.mark.story, pytest.mark.real]
QUICK = {"pierhead.toml": "[deploy]\nobserve = 0\n"}


def test_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    with installation(PIERHEAD_DATABASE_URL=postgres_url) as pierhead:
        shop = write(web_app(tmp_path / "shop", "one"), QUICK)
        first = pierhead.up(shop)
        web_app(shop, "two")
        pierhead.up(shop)
        pierhead.kill_server()
        pierhead.run("rollback", "shop")
        assert pierhead.get("shop") == (200, "one")
        back = pierhead.deployments("shop")[0]
        assert (back["status"], back["target_id"]) == ("active", first["id"])
        assert not (pierhead.home / "pierhead.db").exists()
        assert not (pierhead.home / "engine.db").exists()
        eventually(lambda: pierhead.instances() == [back["id"]])


def test_over_tcp_only_with_the_token(tmp_path: Path) -> None:
    listen, token = f"127.0.0.1:{free_port()}", "a-token-of-enough-length"
    with installation(PIERHEAD_LISTEN=listen, PIERHEAD_TOKEN=token) as pierhead:
        pierhead.run("up", str(write(web_app(tmp_path / "shop"), QUICK)))
        assert get(f"http://{listen}/health")[0] == 200
        status, body = get(f"http://{listen}/api/v1/services")
        assert status == 401
        assert "access-denied" in body
        local = pierhead.variables
        remote = {"PIERHEAD_URL": f"http://{listen}", "PYTHONPATH": local["PYTHONPATH"]}
        pierhead.variables = remote | {"PIERHEAD_TOKEN": token}
        assert [one["project"] for one in pierhead.json("services")["services"]] == ["shop"]
        pierhead.variables = remote | {"PIERHEAD_TOKEN": "no"}
        pierhead.run("services", code=11)
        pierhead.variables = local


def test_no_tcp_without_a_token(tmp_path: Path) -> None:
    with installation(PIERHEAD_LISTEN=f"127.0.0.1:{free_port()}") as pierhead:
        answer = pierhead.run("services", code=3)
        assert "needs a token" in answer.err


def test_a_service_has_a_name(pierhead: Pierhead, tmp_path: Path) -> None:
    pierhead.up(write(web_app(tmp_path / "shop"), QUICK))
    port = pierhead.variables["PIERHEAD_EDGE_PORT"]
    # Browsers resolve names below localhost to this machine; not every C library does.
    edge = f"http://127.0.0.1:{port}/"
    assert get(edge, host=f"shop.localhost:{port}") == (200, "one")
    assert get(edge, host=f"other.localhost:{port}")[0] == 404
    seen = pierhead.json("status", "shop")
    assert seen["named"] == f"http://shop.localhost:{port}"
    assert seen["instances"][0]["memory_bytes"] > 1_000_000


def test_environments_are_apart(pierhead: Pierhead, tmp_path: Path) -> None:
    shop = write(web_app(tmp_path / "shop", "live"), QUICK)
    pierhead.up(shop)
    web_app(shop, "trial")
    pierhead.up(shop, "-e", "staging")
    assert pierhead.get("shop") == (200, "live")
    staging = pierhead.json("status", "shop", "-e", "staging")
    assert get(staging["endpoint"]) == (200, "trial")
    pierhead.run("delete", "shop", "-e", "staging", "--yes")
    assert pierhead.get("shop") == (200, "live")


def test_a_static_site(pierhead: Pierhead, tmp_path: Path) -> None:
    site = write(tmp_path / "site", {"index.html": "<h1>one</h1>", "404.html": "lost"} | QUICK)
    pierhead.up(site)
    assert pierhead.get("site") == (200, "<h1>one</h1>")
    assert pierhead.get("site", "/nowhere") == (404, "lost")
    assert pierhead.get("site", "/pierhead.toml")[0] in {200, 404}
    write(site, {"index.html": "<h1>two</h1>"})
    pierhead.up(site)
    assert pierhead.get("site") == (200, "<h1>two</h1>")
    pierhead.run("rollback", "site")
    assert pierhead.get("site") == (200, "<h1>one</h1>")
    assert pierhead.instances() == []


def test_a_worker_runs_beside_the_web(pierhead: Pierhead, tmp_path: Path) -> None:
    worker = "import os, time\nprint('working', flush=True)\ntime.sleep(600)\n"
    procfile = "web: python3 server.py\nworker: python3 work.py\n"
    files = {"work.py": worker, "Procfile": procfile} | QUICK
    shop = web_app(tmp_path / "shop", **files)
    pierhead.up(shop)
    lines = eventually(
        lambda: [
            line
            for line in pierhead.run("logs", "shop", "--process", "worker").out.splitlines()
            if "working" in line
        ]
    )
    assert len(lines) == 1
    web_app(shop, "two", **files)
    second = pierhead.up(shop)
    eventually(lambda: pierhead.instances() == [second["id"]])


def test_two_instances_share_the_traffic(pierhead: Pierhead, tmp_path: Path) -> None:
    config = "[service]\ninstances = 2\n[deploy]\nobserve = 0\n"
    server = (
        "import http.server, os\n"
        "class H(http.server.BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        self.send_response(200)\n        self.end_headers()\n"
        "        self.wfile.write(os.environ['PORT'].encode())\n"
        "http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), H)"
        ".serve_forever()\n"
    )
    shop = web_app(tmp_path / "shop", server=server, **{"pierhead.toml": config})
    made = pierhead.up(shop)
    assert len(made["upstreams"]) == 2
    answers = {pierhead.get("shop")[1] for _ in range(20)}
    assert answers == {upstream.rpartition(":")[2] for upstream in made["upstreams"]}

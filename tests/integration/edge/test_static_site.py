from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from lab.home import free_port, running_home
from pierhead.edge.caddy import Edge
from pierhead.edge.routes import DEPLOYMENT_HEADER, Route
from pierhead.runtimes.supervisord import Supervisord

pytestmark = pytest.mark.real


@pytest.fixture
def site(tmp_path: Path) -> Path:
    # Dots and blanks in the path, as in ~/.pierhead.
    root = tmp_path / ".releases" / "r 1" / "dist"
    for name, text in {
        "index.html": "home",
        "about.html": "about",
        "docs/index.html": "docs",
        "empty/file.txt": "text",
        "assets/app-3f9a1c2b.js": "let a = 1;" * 500,
        "assets/plain.js": "let b = 1;",
        ".env": "SECRET=1",
        ".git/config": "secret",
        ".well-known/security.txt": "contact",
        "caf\u00e9 menu.html": "menu",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root.parent / "outside.txt").write_text("outside")
    return root


@pytest.fixture
async def served(site: Path) -> AsyncIterator[tuple[Edge, Route, httpx.AsyncClient]]:
    with running_home() as home:
        supervisor = Supervisord(home)
        edge = Edge(home, supervisor, edge_port=free_port())
        await edge.start()
        port = free_port()
        route = Route("site", "production", port, ("site.localhost",), "d-1", static_root=site)
        await edge.load([route])
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", trust_env=False
        ) as client:
            yield edge, route, client
        await edge.close()
        await supervisor.close()


async def test_a_site(
    served: tuple[Edge, Route, httpx.AsyncClient], site: Path, tmp_path: Path
) -> None:
    edge, route, client = served
    for path, text in {
        "/": "home",
        "/about": "about",
        "/about.html": "about",
        "/docs/": "docs",
        "/empty/file.txt": "text",
        "/.well-known/security.txt": "contact",
        "/caf%C3%A9%20menu.html": "menu",
    }.items():
        answer = await client.get(path)
        assert (answer.status_code, answer.text) == (200, text), path
        assert answer.headers[DEPLOYMENT_HEADER] == "d-1"
        assert answer.headers["Cache-Control"] == "no-cache"

    moved = await client.get("/docs")
    assert (moved.status_code, moved.headers["Location"]) == (308, "/docs/")

    hashed = await client.get("/assets/app-3f9a1c2b.js", headers={"Accept-Encoding": "gzip"})
    assert "immutable" in hashed.headers["Cache-Control"]
    assert hashed.headers["Content-Encoding"] == "gzip"
    assert (await client.get("/assets/plain.js")).headers["Cache-Control"] == "no-cache"

    for path in (
        "/.env",
        "/%2eenv",
        "/.git/config",
        "/empty/",
        "/nothing",
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/assets/none-3f9a1c2b.js",
    ):
        answer = await client.get(path)
        assert answer.status_code == 404, path
        assert "immutable" not in answer.headers.get("Cache-Control", "")
        assert "secret" not in answer.text.lower()

    (site / "404.html").write_text("own page")
    lost = await client.get("/nothing")
    assert (lost.status_code, lost.text) == (404, "own page")

    # An application with routes of its own gets its page for all of them.
    await edge.switch(replace(route, fallback="index.html"))
    found = await client.get("/users/7")
    assert (found.status_code, found.text) == (200, "home")
    assert (await client.get("/.env")).status_code == 404
    seen = await edge.seen(route)
    assert (seen.deployment_id, seen.upstream, seen.status) == ("d-1", None, 200)

    newer = tmp_path / "newer"
    newer.mkdir()
    (newer / "index.html").write_text("newer")
    await edge.switch(replace(route, fallback="index.html", deployment_id="d-2", static_root=newer))
    assert (await client.get("/")).text == "newer"

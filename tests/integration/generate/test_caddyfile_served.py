"""The Caddyfile of a container, served by a real Caddy."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab.home import free_port
from pierhead.domain.stack import StaticSite
from pierhead.generate.caddyfile import caddyfile

pytestmark = pytest.mark.real
CADDY = str(Path(sys.executable).with_name("caddy"))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "my site"
    (root / "docs").mkdir(parents=True)
    (root / "assets").mkdir()
    (root / "index.html").write_text("home")
    (root / "about.html").write_text("about")
    (root / "docs" / "index.html").write_text("docs")
    (root / "assets" / "app-3f9a1c2b.js").write_text("code")
    (root / ".env").write_text("SECRET=1")
    (root / "Caddyfile").write_text("settings")
    return root


@contextmanager
def _served(text: str, folder: Path) -> Iterator[int]:
    port = free_port()
    file = folder / "settings.caddy"
    file.write_text(text)
    log = (folder / "caddy.log").open("wb")
    environment = {"PORT": str(port), "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    process = subprocess.Popen(
        [CADDY, "run", "--adapter", "caddyfile", "--config", str(file)],
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        for _ in range(100):
            if _try(port):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)
        log.close()


def _try(port: int) -> bool:
    try:
        _get(port, "/")
    except OSError:
        return False
    return True


def _get(port: int, path: str) -> tuple[int, str, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.getheader("Cache-Control")
    finally:
        connection.close()


def test_pages_are_found_and_what_is_not_a_page_is_not(site: Path, tmp_path: Path) -> None:
    with _served(caddyfile(StaticSite("."), root=str(site)), tmp_path) as port:
        assert _get(port, "/")[:2] == (200, "home")
        assert _get(port, "/about")[:2] == (200, "about")
        assert _get(port, "/docs/")[:2] == (200, "docs")
        assert _get(port, "/nothing")[:2] == (404, "404 Not Found")
        assert _get(port, "/.env")[0] == 404
        assert _get(port, "/Caddyfile")[0] == 404
        assert _get(port, "/..%2f..%2fetc/passwd")[0] in (400, 404)
        (site / "404.html").write_text("lost")
        assert _get(port, "/nothing")[:2] == (404, "lost")


def test_only_files_with_a_digest_in_their_name_are_kept(site: Path, tmp_path: Path) -> None:
    with _served(caddyfile(StaticSite("."), root=str(site)), tmp_path) as port:
        assert _get(port, "/")[2] == "no-cache"
        assert "immutable" in (_get(port, "/assets/app-3f9a1c2b.js")[2] or "")


def test_paths_of_an_application_are_its_page(site: Path, tmp_path: Path) -> None:
    text = caddyfile(StaticSite(".", "index.html"), root=str(site))
    with _served(text, tmp_path) as port:
        assert _get(port, "/orders/12")[:2] == (200, "home")
        assert _get(port, "/docs/")[:2] == (200, "docs")
        assert _get(port, "/assets/app-3f9a1c2b.js")[1] == "code"
        assert _get(port, "/.env")[0] == 404


@pytest.mark.parametrize("address", [None, "example.com", "shop.example.com, www.example.com"])
def test_a_snippet_for_any_address_is_read_by_caddy(address: str | None, tmp_path: Path) -> None:
    file = tmp_path / "Caddyfile"
    file.write_text(caddyfile(StaticSite(".", "app page.html"), address=address, root="/srv/a b"))
    found = subprocess.run(
        [CADDY, "adapt", "--adapter", "caddyfile", "--config", str(file)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert "app page.html" in found.stdout

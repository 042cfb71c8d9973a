from __future__ import annotations

import pytest

from pierhead.domain.stack import StaticSite
from pierhead.generate.caddyfile import caddyfile
from unit.generate.golden import check_golden

SITES = {
    "container": caddyfile(StaticSite("public")),
    "container-fallback": caddyfile(StaticSite("dist", "index.html")),
    "domain": caddyfile(StaticSite("."), address="example.com", root="/srv/shop"),
}


@pytest.mark.parametrize("name", SITES)
def test_text_is_the_golden_one(name: str) -> None:
    check_golden(f"{name}.Caddyfile", SITES[name])


def test_only_a_container_gives_up_certificates() -> None:
    assert "auto_https off" in SITES["container"]
    assert "auto_https" not in SITES["domain"]

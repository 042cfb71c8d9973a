from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pierhead.edge.routes import EdgeConfig, Route, caddy_config

GOLDEN = Path(__file__).with_name("golden")
EDGE = EdgeConfig(Path("/home/ada/.pierhead"), "127.0.0.1", 7080, "token")
SHOP = Route(
    name="shop",
    environment="production",
    port=20001,
    hosts=("shop.localhost",),
    deployment_id="d-1m4k9x0a-7qf2z",
    upstreams=("127.0.0.1:41001", "127.0.0.1:41002"),
)
SITE = replace(
    SHOP,
    name="site",
    port=20002,
    hosts=("site.localhost", "www.localhost"),
    upstreams=None,
    static_root=Path("/srv/a b/dist"),
    fallback="index.html",
)


def matches_golden(name: str, config: dict[str, Any]) -> None:
    """Compare with the file; PIERHEAD_UPDATE_GOLDEN=1 writes it instead."""
    path = GOLDEN / f"{name}.json"
    text = json.dumps(config, indent=1) + "\n"
    if os.environ.get("PIERHEAD_UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize(
    ("name", "routes"),
    [
        ("nothing", ()),
        ("two-instances", (SHOP,)),
        ("single-page-site", (SITE,)),
        ("plain-site", (replace(SITE, fallback=None),)),
    ],
)
def test_the_configuration(name: str, routes: tuple[Route, ...]) -> None:
    matches_golden(name, caddy_config(EDGE, routes))


def test_the_order_of_routes_does_not_matter() -> None:
    assert caddy_config(EDGE, (SHOP, SITE)) == caddy_config(EDGE, (SITE, SHOP))


@pytest.mark.parametrize(
    ("route", "slot"),
    [
        (SHOP, "d-1m4k9x0a-7qf2z 127.0.0.1:41001 127.0.0.1:41002"),
        (SITE, "d-1m4k9x0a-7qf2z /srv/a b/dist"),
        (replace(SHOP, stopped=True), "d-1m4k9x0a-7qf2z stopped"),
        (replace(SHOP, upstreams=()), "d-1m4k9x0a-7qf2z stopped"),
        (replace(SHOP, upstreams=("[::1]:80",)), "d-1m4k9x0a-7qf2z [::1]:80"),
        (
            replace(SHOP, upstreams=tuple(f"10.0.0.1:{n}" for n in range(5))),
            "d-1m4k9x0a-7qf2z 10.0.0.1:0 10.0.0.1:1 10.0.0.1:2 10.0.0.1:3 10.0.0.1:4",
        ),
    ],
)
def test_the_slot_is_read_by_exactly_one_handler(route: Route, slot: str) -> None:
    assert route.slot == slot
    inner = _inner(route)
    patterns = [
        pattern
        for entry in inner
        for match in entry.get("match", ())
        for pattern in [match["vars_regexp"]["pierhead_slot"]["pattern"]]
    ]
    assert sum(bool(re.search(pattern, slot)) for pattern in patterns) == 1


def test_an_ipv6_upstream_is_dialled_without_brackets() -> None:
    route = replace(SHOP, upstreams=("[::1]:8000",))
    pattern = _inner(route)[1]["match"][0]["vars_regexp"]["pierhead_slot"]["pattern"]
    found = re.search(pattern, route.slot)
    assert found
    assert found.groups() == (SHOP.deployment_id, "::1", "8000")


@pytest.mark.parametrize(
    "other",
    [
        replace(SHOP, deployment_id="d-2"),
        replace(SHOP, upstreams=("127.0.0.1:5",)),
        replace(SHOP, upstreams=tuple(f"127.0.0.1:{n}" for n in range(4))),
        replace(SHOP, stopped=True),
    ],
)
def test_a_switch_leaves_the_configuration_as_it_is(other: Route) -> None:
    assert SHOP.same_config(other)
    assert caddy_config(EDGE, (SHOP,)) == caddy_config(EDGE, (other,))


@pytest.mark.parametrize(
    "other",
    [
        replace(SHOP, port=20009),
        replace(SHOP, hosts=("other.localhost",)),
        replace(SHOP, upstreams=tuple(f"127.0.0.1:{n}" for n in range(5))),
        replace(SHOP, upstreams=None, static_root=Path("/srv")),
    ],
)
def test_what_needs_another_configuration(other: Route) -> None:
    assert not SHOP.same_config(other)
    assert caddy_config(EDGE, (SHOP,)) != caddy_config(EDGE, (other,))
    if SHOP.shape != other.shape:
        assert EDGE.slot_file(SHOP) != EDGE.slot_file(other)


def test_without_the_edge_port_only_own_ports_are_served() -> None:
    config = caddy_config(replace(EDGE, edge_port=None), (SHOP,))
    server = config["apps"]["http"]["servers"]["pierhead"]
    assert server["listen"] == ["127.0.0.1:20001"]
    assert len(server["routes"][0]["match"]) == 1


def _inner(route: Route) -> list[dict[str, Any]]:
    config = caddy_config(EDGE, (route,))
    [entry, _] = config["apps"]["http"]["servers"]["pierhead"]["routes"]
    assert entry["@id"] == route.id
    routes: list[dict[str, Any]] = entry["handle"][0]["routes"]
    return routes

from __future__ import annotations

from pathlib import Path

import pytest

from pierhead.client.address import Address, find_address
from pierhead.errors import InvalidInput
from pierhead.settings import load_settings


def _address(**environ: str) -> Address:
    environ = {"PIERHEAD_HOME": "/srv/ph", **environ}
    return find_address(environ, load_settings(environ))


def test_the_socket_below_home_is_the_default() -> None:
    assert _address() == Address(Path("/srv/ph/server.sock"))
    assert _address().local


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://10.0.0.5:7081", "http://10.0.0.5:7081"),
        ("http://box/", "http://box:80"),
        ("https://box", "https://box:443"),
        ("http://[::1]:7081", "http://[::1]:7081"),
    ],
)
def test_a_url_names_another_server(url: str, shown: str) -> None:
    address = _address(PIERHEAD_URL=url, PIERHEAD_TOKEN="t")
    assert str(address) == shown
    assert (address.local, address.token) == (False, "t")


@pytest.mark.parametrize(
    "url",
    ["box:7081", "ftp://box", "http://", "http://box:99999", "http://a:canary@box", "http://["],
)
def test_what_is_no_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        _address(PIERHEAD_URL=url)
    assert caught.value.where == "PIERHEAD_URL"
    assert "canary" not in f"{caught.value} {caught.value.hint}"


def test_a_path_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no path") as caught:
        _address(PIERHEAD_URL="http://box:1/api/v1")
    assert caught.value.hint == "http://box:1 is enough"


def test_a_token_that_would_break_the_header_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        _address(PIERHEAD_URL="http://box", PIERHEAD_TOKEN="canary\r\nX: y")
    assert "canary" not in f"{caught.value} {caught.value.hint}"

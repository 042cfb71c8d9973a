from pathlib import Path

import pytest

from pierhead.errors import HomeUnusable, InvalidInput
from pierhead.settings import load_settings


def test_everything_has_a_default() -> None:
    settings = load_settings({})
    assert settings.home == Path.home() / ".pierhead"
    assert settings.database_url == f"sqlite:///{settings.home}/pierhead.db"
    assert settings.listen == ""
    assert (settings.bind, settings.edge_port, settings.max_files) == ("127.0.0.1", 7080, 100_000)


def test_the_environment_decides() -> None:
    settings = load_settings(
        {
            "PIERHEAD_HOME": "/srv/ph",
            "PIERHEAD_DATABASE_URL": "postgresql://db/ph",
            "PIERHEAD_LISTEN": "127.0.0.1:8007",
            "PIERHEAD_TOKEN": "0123456789abcdef",
            "PIERHEAD_EDGE_PORT": "80",
        }
    )
    assert settings.home == Path("/srv/ph")
    assert settings.socket == Path("/srv/ph/server.sock")
    assert settings.database_url == "postgresql://db/ph"
    assert settings.edge_port == 80


def test_a_token_is_not_printed() -> None:
    settings = load_settings(
        {"PIERHEAD_TOKEN": "canary-0123456789", "PIERHEAD_DATABASE_URL": "p:w@h"}
    )
    assert "canary" not in repr(settings)
    assert "p:w" not in repr(settings)


@pytest.mark.parametrize("token", ["", "short"])
def test_no_tcp_without_a_good_token(token: str) -> None:
    with pytest.raises(InvalidInput, match="needs a token of at least 16") as caught:
        load_settings({"PIERHEAD_LISTEN": "127.0.0.1:1", "PIERHEAD_TOKEN": token})
    assert caught.value.where == "PIERHEAD_TOKEN"


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", ""])
def test_a_bad_number_is_named(port: str) -> None:
    with pytest.raises(InvalidInput, match="PIERHEAD_EDGE_PORT is"):
        load_settings({"PIERHEAD_EDGE_PORT": port})


def test_a_home_may_not_be_too_long_for_its_sockets() -> None:
    with pytest.raises(HomeUnusable, match="too long"):
        load_settings({"PIERHEAD_HOME": "/" + "x" * 83})
    assert load_settings({"PIERHEAD_HOME": "/" + "x" * 82})

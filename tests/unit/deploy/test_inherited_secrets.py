"""What a build inherits to reach a package index is not shown by it."""

import pytest

from pierhead.deploy.instances import inherited_secrets
from pierhead.domain.secret import Redactor


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PIP_INDEX_URL", "https://ada:s3cret%2Fvalue@index.example/simple"),
        ("PIP_EXTRA_INDEX_URL", "https://one.example/ https://ada:s3cret%2Fvalue@two.example/"),
        ("HTTPS_PROXY", "http://ada:s3cret%2Fvalue@proxy.example:3128"),
        ("UV_INDEX_PRIVATE_PASSWORD", "s3cret/value"),
        ("NPM_CONFIG__AUTH", "s3cret/value"),
        ("npm_config_//npm.example/:_authToken", "s3cret/value"),
    ],
)
def test_a_login_is_a_secret(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    shown = Redactor(inherited_secrets())(f"{name}={value} and s3cret/value")
    assert "s3cret" not in shown


def test_what_is_no_login_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    monkeypatch.setenv("UV_CONCURRENT_BUILDS", "1")
    assert not {"https://index.example/simple", "1"} & inherited_secrets()

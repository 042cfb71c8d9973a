"""Addresses: which are given to git, and that none becomes an option of it."""

import pytest

from pierhead.detect.clone import check_url, clone_command, is_git_url, without_password
from pierhead.errors import InvalidInput


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a/b.git",
        "ssh://git@example.org:22/a/b",
        "git://example.org/a",
        "file:///srv/a",
        "git@example.org:a/b.git",
    ],
)
def test_addresses_that_are_cloned(url: str) -> None:
    assert is_git_url(url)
    assert check_url(url) == url
    command = clone_command(url, "/tmp/x")
    assert command[-3:] == ("--", url, "/tmp/x")
    assert "--no-recurse-submodules" in command
    assert command[command.index("--depth") + 1] == "1"


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c id",
        "http://example.org/a",
        "ftp://example.org/a",
        "--upload-pack=touch x",
        "-uhttps://x/y",
        "ssh://-oProxyCommand=id/x",
        "ssh://git@-oProxyCommand=id/x",
        "git@-oProxyCommand=id:x",
        "git@example.org:-x",
        "https://example.org/a\nb",
        "https://",
        "",
    ],
)
def test_what_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        check_url(url)


def test_a_password_is_not_shown() -> None:
    assert without_password("https://me:secret@x.org/a") == "https://me:***@x.org/a"
    with pytest.raises(InvalidInput) as caught:
        check_url("ftp://me:secret@x.org/a")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", [".", "/srv/shop", "C:shop", "a@b/c"])
def test_paths_are_no_addresses(text: str) -> None:
    assert not is_git_url(text)

"""A shallow copy of a Git repository, made by the machine's git."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pierhead.errors import InvalidInput, SourceError, TimedOut, ToolMissing

TIMEOUT = 120.0  # seconds; a shallow clone of a large repository takes half a minute
_PROTOCOLS = ("https", "ssh", "git", "file")
_URL = re.compile(rf"(?:{'|'.join(_PROTOCOLS)})://[^\s\x00-\x1f]+")
_SCP = re.compile(r"[A-Za-z0-9_.-]+@[A-Za-z0-9][A-Za-z0-9.-]*:[^\s:/\x00-\x1f-][^\s\x00-\x1f]*")
_PASSWORD = re.compile(r"(://[^/@:\s]*):[^/@\s]*@")


def is_git_url(text: str) -> bool:
    """Whether a text is a repository's address rather than a folder's path."""
    return "://" in text or bool(_SCP.fullmatch(text))


def check_url(url: str) -> str:
    """The address, if git may be given it.

    Raises:
        InvalidInput: for other protocols (git runs programs for some) and for options.
    """
    shown = without_password(url)
    if url.startswith("-") or not (_URL.fullmatch(url) or _SCP.fullmatch(url)):
        known = ", ".join(f"{p}://" for p in _PROTOCOLS)
        raise InvalidInput(
            f"{shown!r} is not an address that is cloned",
            hint=f"addresses begin with {known} or are like git@host:owner/name.git",
            where="git_url",
        )
    host = re.match(r"\w+://(?:[^/@]*@)?([^/:]*)", url)
    if host and host[1].startswith("-"):
        raise InvalidInput(f"{shown!r} names no host", hint="check the address", where="git_url")
    return url


def clone_command(url: str, folder: str) -> tuple[str, ...]:
    """The argv of a clone of the newest commit, without submodules, hooks and templates."""
    return (
        "git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
        "-c", "submodule.recurse=false", "-c", "filter.lfs.smudge=", "-c",
        "filter.lfs.required=false", "clone", "--quiet", "--depth", "1", "--single-branch",
        "--no-tags", "--no-recurse-submodules", "--template=", "--", url, folder,
    )  # fmt: skip


@contextmanager
def cloned(url: str, *, timeout: float = TIMEOUT) -> Iterator[Path]:
    """The files of a repository's newest commit, in a folder that is gone afterwards.

    Raises:
        InvalidInput: if the address is none that is cloned.
        SourceError: if git cannot get it; the message holds git's own last line.
        TimedOut: after `timeout` seconds.
        ToolMissing: if there is no git.
    """
    check_url(url)
    with tempfile.TemporaryDirectory(prefix="pierhead-detect-") as held:
        folder = Path(held) / "source"
        _run(clone_command(url, str(folder)), url, timeout)
        yield folder


def _run(argv: tuple[str, ...], url: str, timeout: float) -> None:
    shown = without_password(url)
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "GIT_ALLOW_PROTOCOL": ":".join(_PROTOCOLS),
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=20",
    }
    try:
        done = subprocess.run(
            argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as error:
        raise ToolMissing("there is no git", hint="install git", where="git") from error
    except subprocess.TimeoutExpired as error:
        raise TimedOut(
            f"cloning {shown} took more than {timeout:.0f} s",
            hint="clone it yourself and name the folder",
            where=shown,
        ) from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        last = without_password(lines[-1]) if lines else f"git ended with {done.returncode}"
        raise SourceError(
            f"cannot be cloned: {last}",
            hint="check the address, and that git may read it without being asked",
            where=shown,
        )


def without_password(text: str) -> str:
    """The text with passwords of addresses taken out."""
    return _PASSWORD.sub(r"\1:***@", text)

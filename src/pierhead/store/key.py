"""The key of this installation: secrets are encrypted with it, their digests are keyed by it."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from pierhead.domain.secret import Secret
from pierhead.errors import ConfigError, HomeUnusable

_SIZE = 32  # bytes: AES-256
KEY_FILE = "secret.key"


def load_key(home: Path, environ: Mapping[str, str]) -> bytes:
    """The key from PIERHEAD_KEY, else from the key file below home, which is made if missing.

    Raises:
        ConfigError: if PIERHEAD_KEY is not 32 bytes in base64.
        HomeUnusable: if the key file cannot be made or read, holds something else, or is not
            private to its owner.
    """
    if text := environ.get("PIERHEAD_KEY", ""):
        key = _decoded(text)
        if key is None:
            raise ConfigError(
                "the key is not 32 bytes in base64",
                where="PIERHEAD_KEY",
                hint="make one with: head -c 32 /dev/urandom | base64",
            )
        return key
    path = home / KEY_FILE
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _create(path)
        return _read(path)
    except OSError as error:
        raise HomeUnusable(
            f"the key file cannot be made or read: {error.strerror}", where=str(path)
        ) from error


def environment_digest(key: bytes, values: Mapping[str, Secret]) -> str:
    """A digest of environment values that tells nothing to those without the key.

    A plain sha256 of a short password could be guessed; a digest keyed by HMAC cannot.
    """
    rows = sorted((name, value.reveal()) for name, value in values.items())
    text = json.dumps(rows, ensure_ascii=True, separators=(",", ":"))
    return hmac.digest(subkey(key, "environment digest"), text.encode(), "sha256").hex()


def subkey(key: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, so that no two uses share one."""
    return hmac.digest(key, f"pierhead: {purpose}".encode(), "sha256")


def _decoded(text: str) -> bytes | None:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == _SIZE else None


def _create(path: Path) -> None:
    """Write a new key aside and link it into place; whoever comes second uses the first one's."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    fd = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(_SIZE)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            return
    finally:
        aside.unlink()


def _read(path: Path) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(fd, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise HomeUnusable("the key file is not a file", where=str(path), hint="")
        if status.st_mode & 0o077 or status.st_uid != os.geteuid():
            raise HomeUnusable(
                f"others may read the key file (mode {status.st_mode & 0o777:04o}, "
                f"owner {status.st_uid})",
                where=str(path),
                hint=f"if nobody else has read it: chown {os.geteuid()} {path}; chmod 600 {path}",
            )
        key = _decoded(file.read(1024).decode("ascii", "replace"))
    if key is None:
        raise HomeUnusable(
            "the key file does not hold 32 bytes in base64",
            where=str(path),
            hint="restore it from a copy; without it, stored secrets cannot be read",
        )
    return key

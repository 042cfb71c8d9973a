"""Names and identifiers: what may be called what."""

from __future__ import annotations

import re
import secrets
import time

from pierhead.errors import InvalidInput

# A DNS label (RFC 1123), because a project is reachable as NAME.localhost.
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's alphabet, lower case


def check_name(value: str, what: str = "name") -> str:
    """Return the name of a project or environment if it is a DNS label.

    Raises:
        InvalidInput: if it is not; the message proposes the nearest valid name.
    """
    if _NAME.fullmatch(value):
        return value
    proposal = slug(value)
    raise InvalidInput(
        f"{value!r} is not a valid {what}: use 1-63 letters a-z, digits and inner hyphens",
        hint=f"for example {proposal!r}" if proposal else None,
    )


def slug(text: str) -> str:
    """The nearest DNS label to a text; empty if nothing of it can be kept."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].rstrip("-")


def _base32(number: int, width: int) -> str:
    return "".join(_BASE32[(number >> 5 * place) & 31] for place in reversed(range(width)))


def new_id(prefix: str) -> str:
    """A new identifier such as `d-1m4k9x0a-7qf2z`: sorted by time, 25 random bits a tick.

    The first part counts 1/32 seconds since 1970 (40 bits last until the year 3058).
    """
    return f"{prefix}-{_base32(int(time.time() * 32), 8)}-{_base32(secrets.randbits(25), 5)}"

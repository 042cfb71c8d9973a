"""Times and durations, read and written for people."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from pierhead.errors import InvalidInput

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)([smhd]))")


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def read_time(text: str) -> datetime:
    """A time of the API; one without a zone is UTC."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def ago(text: str | None, now: datetime) -> str:
    """How long ago a time of the API was: `3 m ago`; a dash where there is none."""
    if not text:
        return "-"
    seconds = (now - read_time(text)).total_seconds()
    if seconds < 1:  # clocks differ a little: nothing was in the future
        return "just now"
    for unit in ("d", "h", "m", "s"):
        if seconds >= _UNITS[unit]:
            return f"{int(seconds // _UNITS[unit])} {unit} ago"
    return "just now"


def lasting(seconds: float | None) -> str:
    """A duration with the precision that people want: `20 ms`, `0.3 s`, `1 m 12 s`, `2 h 3 m`."""
    if seconds is None:
        return "-"
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} m {whole % 60} s"
    if whole < 2 * 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} m"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def read_duration(text: str, where: str) -> float:
    """Seconds of `90`, `90s`, `10m` or `1h30m`.

    Raises:
        InvalidInput: if it is none of these, or not above zero.
    """
    parts = _DURATION.findall(text)
    if re.fullmatch(r"\d+(\.\d+)?", text):
        seconds = float(text)
    elif parts and "".join(number + unit for number, unit in parts) == text:
        seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    else:
        seconds = 0.0
    if seconds <= 0:
        raise InvalidInput(
            f"{text!r} is not a duration above zero", where=where, hint="for example 90s or 10m"
        )
    return seconds

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pierhead.cli.times import ago, lasting, read_duration
from pierhead.errors import InvalidInput

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"),
        (0.4, "just now"),
        (1, "1 s ago"),
        (59.9, "59 s ago"),
        (60, "1 m ago"),
        (3599, "59 m ago"),
        (7200, "2 h ago"),
        (86400 * 3, "3 d ago"),
    ],
)
def test_ago(seconds: float, text: str) -> None:
    assert ago((NOW - timedelta(seconds=seconds)).isoformat(), NOW) == text


def test_ago_of_nothing_and_of_a_time_without_a_zone() -> None:
    assert ago(None, NOW) == "-"
    assert ago("2026-02-28T23:59:00", NOW) == "1 m ago"
    assert ago("2026-02-28T23:59:00Z", NOW) == "1 m ago"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-"),
        (0.04, "40 ms"),
        (0.0996, "0.1 s"),
        (3.2, "3.2 s"),
        (59.94, "59.9 s"),
        (59.96, "1 m 0 s"),
        (72, "1 m 12 s"),
        (7380, "2 h 3 m"),
        (86400 * 2 + 3600 * 5, "2 d 5 h"),
    ],
)
def test_lasting(seconds: float | None, text: str) -> None:
    assert lasting(seconds) == text


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("1.5", 1.5), ("90s", 90), ("10m", 600), ("1h30m", 5400)]
)
def test_durations(text: str, seconds: float) -> None:
    assert read_duration(text, "--timeout") == seconds


@pytest.mark.parametrize(
    "text", ["", "0", "0s", "-1", "m", "10x", "10m!", "1 h", "inf", "nan", "1e9"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="--timeout"):
        read_duration(text, "--timeout")

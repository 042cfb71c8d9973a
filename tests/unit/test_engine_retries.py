from pierhead.engine import _RETRY


def test_what_is_passing_is_waited_for_an_hour_and_never_long_at_a_time() -> None:
    waits = [
        _RETRY["interval_seconds"] * _RETRY["backoff_rate"] ** attempt
        for attempt in range(_RETRY["max_attempts"])
    ]
    assert max(waits) <= 5
    assert 3000 <= sum(waits) <= 4000

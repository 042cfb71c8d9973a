from pierhead.cli.views.words import lines_of

STAMP = "2026-05-04T10:00:00.000Z"


def test_a_failure_shows_its_phase_and_what_the_application_said() -> None:
    log = [f"{STAMP} build      | uv", f"{STAMP} verify     | gone", "web.0 | KeyError: 'KEY'"]
    assert lines_of(log, "verify") == ["gone", "web.0 | KeyError: 'KEY'"]


def test_the_whole_log_is_shown_where_nothing_is_of_the_phase() -> None:
    assert lines_of([f"{STAMP} build      | uv"], "verify") == ["uv"]

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pierhead.domain.deployment import (
    SUCCEEDED,
    UNFINISHED,
    PhaseRecord,
    Status,
    check_move,
)
from pierhead.domain.plan import PhaseName
from pierhead.errors import Conflict

LEGAL = {
    (Status.PENDING, Status.DEPLOYING),
    (Status.PENDING, Status.CANCELLED),
    (Status.PENDING, Status.SUPERSEDED),
    (Status.PENDING, Status.FAILED),
    (Status.DEPLOYING, Status.ACTIVE),
    (Status.DEPLOYING, Status.FAILED),
    (Status.DEPLOYING, Status.CANCELLED),
    (Status.ACTIVE, Status.INACTIVE),
    (Status.ACTIVE, Status.ROLLED_BACK),
}


@given(st.sampled_from(Status), st.sampled_from(Status))
def test_only_the_legal_moves_are_allowed(old: Status, new: Status) -> None:
    if (old, new) in LEGAL:
        check_move("d-1", old, new)
    else:
        with pytest.raises(Conflict, match="d-1 is"):
            check_move("d-1", old, new)


def test_what_has_ended_stays_ended() -> None:
    ended = set(Status) - UNFINISHED - {Status.ACTIVE}
    assert not [move for move in LEGAL if move[0] in ended]
    assert Status.FAILED not in SUCCEEDED


def test_a_phase_counts_its_seconds() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    record = PhaseRecord(PhaseName.BUILD, started_at=start)
    assert record.seconds is None
    ended = PhaseRecord(
        PhaseName.BUILD, started_at=start, completed_at=start + timedelta(seconds=2.5)
    )
    assert ended.seconds == 2.5


def test_phases_have_the_names_people_know() -> None:
    assert [phase.label for phase in PhaseName] == [
        "Validation",
        "Transfer",
        "Build",
        "Start Service",
        "Verify Health",
        "Register",
    ]

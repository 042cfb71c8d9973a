"""The types of the client hold exactly what the domain's classes say, and what is computed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from pierhead.client import shapes
from pierhead.domain import actor, deployment, event, plan, service


@pytest.mark.parametrize(
    ("shape", "source", "computed"),
    [
        (shapes.Actor, actor.Actor, set()),
        (shapes.Step, plan.Step, set()),
        (shapes.Plan, plan.Plan, set()),
        (shapes.Phase, deployment.PhaseRecord, {"seconds", "label"}),
        (shapes.Deployment, deployment.Deployment, {"duration_seconds", "address", "version"}),
        (shapes.Service, service.Service, set()),
        (shapes.Event, event.Event, set()),
        (shapes.AuditEntry, event.AuditEntry, set()),
    ],
)
def test_keys_are_the_fields(shape: Any, source: Any, computed: set[str]) -> None:
    fields = {field.name for field in dataclasses.fields(source)}
    assert set(shape.__annotations__) == fields | computed

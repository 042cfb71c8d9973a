"""Every route fuzzed from the API's own document: no 5xx, and answers are what it says."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lab.home import free_port
from lab.pierhead import installation

pytestmark = pytest.mark.real
TOKEN = "a-token-of-enough-length"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def api() -> Iterator[schemathesis.BaseSchema]:
    listen = f"127.0.0.1:{free_port()}"
    with installation(PIERHEAD_LISTEN=listen, PIERHEAD_TOKEN=TOKEN) as pierhead:
        pierhead.run("services")
        headers = {"Authorization": f"Bearer {TOKEN}"}
        found = schemathesis.openapi.from_url(f"http://{listen}/openapi.json", headers=headers)
        # A stream of events has no end.
        yield found.exclude(path_regex="/stream$")


def test_no_request_breaks_the_server(api: schemathesis.BaseSchema) -> None:
    tried = []
    for result in api.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        tried.append(operation.label)

        @given(case=operation.as_strategy())
        @settings(
            max_examples=150 if operation.path.endswith("/bundles") else 25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def breaks(case: Any) -> None:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            case.call_and_validate(headers=headers, checks=CHECKS, timeout=20)

        breaks()
    assert len(tried) > 15

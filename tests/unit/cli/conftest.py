from __future__ import annotations

from collections.abc import Iterator

import pytest

from unit.cli.harness import Harness
from unit.client.api_double import ApiDouble


@pytest.fixture
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    home = tmp_path_factory.mktemp("h")  # short: a socket's path may have 107 bytes
    double = ApiDouble()
    with double.on(home / "server.sock"):
        yield Harness(home, double)

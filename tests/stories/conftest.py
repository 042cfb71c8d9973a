from collections.abc import Iterator

import pytest

from lab.pierhead import Pierhead, installation


@pytest.fixture
def pierhead() -> Iterator[Pierhead]:
    with installation() as made:
        yield made

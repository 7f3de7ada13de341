"""What journeys share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.installation import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Return an installation with a city that nobody has received yet."""
    one = Installation(tmp_path)
    try:
        one.prepare()
        yield one
    finally:
        one.end()

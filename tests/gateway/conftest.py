"""The platform over a real socket, and the proof that a test spoke what it says it speaks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway import far_end


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[far_end.FarEnd]:
    """
    The simulator on a loopback port, and the city's client to it; `speaks` counts what it grants.
    """
    end = far_end.FarEnd(tmp_path, over_http=True)
    far_end.acquire_codes(end.client, far_end.WHO)
    yield end
    end.close()


@pytest.fixture(autouse=True)
def _spoken(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test marked `speaks` fails if one of its interfaces was not granted over HTTP."""
    far_end.SERVED.clear()
    yield
    marked = {i for mark in request.node.iter_markers("speaks") for i in mark.args}
    granted = {i for end in far_end.SERVED for i in end.platform.state.granted}
    assert marked <= granted, f"not spoken over HTTP: {sorted(marked - granted)}"

"""The platform, within this process or over a real socket, and the proof that a test spoke what it says it speaks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from gateway import selectors, tasks
from tests.factories import system
from tests.gateway.far_end import SERVED, WHO, FarEnd, acquire_codes
from tests.gateway.flows import START, Now, acquire, now_act
from tests.integrated_address.factories import numbered


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[FarEnd]:
    """
    The simulator on a loopback port, and the city's client to it; `speaks` counts what it grants.
    """
    end = FarEnd(tmp_path, over_http=True)
    acquire_codes(end.client, WHO)
    yield end
    end.close()


@pytest.fixture(autouse=True)
def _spoken(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test marked `speaks` fails if one of its interfaces was not granted over HTTP."""
    SERVED.clear()
    yield
    marked = {i for mark in request.node.iter_markers("speaks") for i in mark.args}
    granted = {i for end in SERVED for i in end.platform.state.granted}
    assert marked <= granted, f"not spoken over HTTP: {sorted(marked - granted)}"


@pytest.fixture
def clock():
    """Time that runs from noon of an ordinary Tuesday and jumps when a test says so."""
    with time_machine.travel(START, tick=True) as traveller:
        yield traveller


@pytest.fixture
def far_end(tmp_path, clock, monkeypatch):
    """The platform, reached by the gateway's tasks."""
    end = FarEnd(tmp_path, clock=Now())
    end.client._in_use = selectors.is_in_use
    monkeypatch.setattr(tasks.line, "client", lambda: end.client)
    yield end
    end.journal.close()


@pytest.fixture
def hanako(far_end, clock):
    """
    A person known elsewhere, who moved in: numbered under 児童手当's number J1, with her 符号.
    """
    person = numbered(now_act(), number="J1", code="027-000", serial=1).integrated_number
    acquire(clock)
    return person


@pytest.fixture
def allowance():
    """児童手当, the system that asks."""
    return system("027-000")


@pytest.fixture
def person(act):
    """J1 of 児童手当, who is also N1 of 国民健康保険."""
    one = numbered(act, number="J1", code="027-000", serial=1)
    numbered(act, number="N1", code="024-000", serial=1)
    return one.integrated_number


@pytest.fixture
def known_people(far_end: FarEnd) -> FarEnd:
    """The city has told three numbers and has their 符号."""
    acquire_codes(far_end.client, WHO)
    return far_end

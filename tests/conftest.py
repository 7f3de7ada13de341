"""What every test may lean on: a real PostgreSQL, reference data, clients, a fixed clock."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import hypothesis
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from sapporo_base.acts import Act
from sapporo_base.database import Cluster
from sapporo_base.models import BusinessSystem, Staff
from tests.prepared import PreparedDatabase

if TYPE_CHECKING:
    from tests.protection import Planted

# A machine under load is no reason to fail: there are no timed assertions here.
hypothesis.settings.register_profile("sapporo", deadline=None)
hypothesis.settings.load_profile("sapporo")

_WITHIN = "sapporo_base.rows.within_a_transaction"
NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 12:00 in Japan, a Tuesday


@pytest.fixture(scope="session", autouse=True)
def _postgres() -> Iterator[None]:
    """Start the embedded server where none runs and DATABASE_URL names none; stop it again."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    cluster = Cluster(settings.VAR_DIR / "postgres")
    started = cluster.start()
    yield
    if started and not os.environ.get("PYTEST_XDIST_WORKER"):
        cluster.stop()


@pytest.fixture(scope="session")
def prepared(_postgres: None, django_db_modify_db_settings: None) -> PreparedDatabase:
    """Make the test database a copy of the prepared one, where there is one."""
    one = PreparedDatabase()
    one.copy_to(connection.creation._get_test_db_name())
    return one


@pytest.fixture(scope="session")
def django_db_keepdb(prepared: PreparedDatabase) -> bool:
    """Take the copy as it is; the next run copies anew."""
    return prepared.is_copied


@pytest.fixture(scope="session")
def django_db_createdb(prepared: PreparedDatabase) -> bool:
    """Create the database where nothing could be copied."""
    return not prepared.is_copied


@pytest.fixture(scope="session")
def django_db_setup(
    prepared: PreparedDatabase, django_db_setup: None, django_db_blocker: Any
) -> None:
    """
    Load the reference data once; let the flush after a transactional test pass the append-only
    guard.
    """
    if prepared.is_copied:
        return
    with django_db_blocker.unblock():
        _prepare()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'refuse_truncate'"
            )
            for (table,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER refuse_truncate")
        prepared.keep(str(connection.settings_dict["NAME"]))


def _prepare() -> None:
    """Load the reference data, and have approved what every installation needs before it starts."""
    from sapporo_base import services
    from tests.resident_basic.approvals import stand_approved

    services.load_reference_data()
    stand_approved()


@pytest.fixture(autouse=True)
def _reference_data_again(request: pytest.FixtureRequest) -> None:
    """
    A transactional test empties all tables when it ends; load the reference data again for the
    next.
    """
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db" if _is_transactional(request) else "db")
        if not BusinessSystem.objects.exists():
            _prepare()


@pytest.fixture(autouse=True)
def _refusals_end_with_the_test(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    What outlives every transaction would outlive the one that undoes a test too, and meet the next.
    """
    if not _is_transactional(request):
        monkeypatch.setattr(_WITHIN, lambda: False)


def _is_transactional(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction", False))


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """
    Let what a module's own fixtures write stand until its last test: each test is rolled back to it.

    For modules without transactional tests, and for what takes longer to write than to roll back to.
    """
    around: Any = transaction.atomic()
    around._from_testcase = True
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(_WITHIN, lambda: False)
        around.__enter__()
        yield
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def act() -> Act:
    """An operator's act at noon of an ordinary day."""
    return _act()


def _act() -> Act:
    return Act(at=NOON, path="command", reason="試験")


@pytest.fixture
def staff_client() -> Callable[..., Client]:
    """Return a browser of a member of staff with these rights ("app.codename") and roles."""
    from tests.factories import StaffFactory

    def client(*rights: str, roles: tuple[str, ...] = (), staff: Staff | None = None) -> Client:
        browser = Client()
        browser.force_login(
            staff or cast(Staff, StaffFactory(rights=rights, roles=roles)),
            backend="sapporo_base.authentication.StaffBackend",
        )
        return browser

    return client


@pytest.fixture
def client_of() -> Callable[..., APIClient]:
    """Return an API client of a business system whose token carries these scopes."""
    from tests.factories import token_for

    def client(system: BusinessSystem, *scopes: str) -> APIClient:
        api = APIClient()
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {token_for(system, scopes)}")
        return api

    return client


@pytest.fixture(scope="module")
def _planted(standing: None, tmp_path_factory: pytest.TempPathFactory) -> "Planted":
    from tests.protection import plant

    return plant(_act(), tmp_path_factory.mktemp("planted"))


@pytest.fixture
def planted(db: None, _planted: "Planted") -> "Planted":
    """
    A person under 支援措置, known to every app, with a residence that nobody else has: planted once
    in a module, for all its tests.
    """
    return replace(_planted, measure=type(_planted.measure).objects.get(pk=_planted.measure.pk))


@pytest.fixture(scope="module")
def _readers(standing: None) -> dict[bool, Staff]:
    from tests.protection import member_of_staff

    return {right: member_of_staff(with_right=right) for right in (False, True)}


@pytest.fixture
def without_right(
    db: None, _readers: dict[bool, Staff], staff_client: Callable[..., Client]
) -> Client:
    """A browser of someone with every right but that of opening protected people."""
    return staff_client(staff=_readers[False])


@pytest.fixture
def with_right(
    db: None, _readers: dict[bool, Staff], staff_client: Callable[..., Client]
) -> Client:
    """A browser of someone who may open protected people too."""
    return staff_client(staff=_readers[True])

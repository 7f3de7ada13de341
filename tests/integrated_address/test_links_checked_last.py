"""Links that point to nobody: refused row by row, and of masses before they are seen."""

import pytest
from django.db import IntegrityError, connection, transaction

from integrated_address.models import BasicItems, IntegratedAddressee
from integrated_address.services.checked_last import links_checked_last
from sapporo_base import bulk
from tests.factories import system
from tests.integrated_address.factories import number_many, numbered

pytestmark = pytest.mark.django_db

NOBODY = "000000000000000"
GUARDED = ("integrated_address_basicitems", "integrated_address_linkagecodestatus")


def point_to(number, act):
    """Add 基本4情報 of a number, which need not be there."""
    return BasicItems.objects.create(
        addressee_id=number,
        name="札幌　花子",
        source=system("001-000"),
        valid_from=act.day,
        valid_until=act.day,
        recorded_at=act.at,
    )


def guards_that_stand():
    """Return how many guards of links are switched on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger"
            " WHERE tgname = 'links_point_to_an_addressee' AND tgenabled = 'O'"
        )
        return cursor.fetchone()[0]


class TestLinksCheckedLast:
    def test_a_row_that_points_to_nobody_is_refused_at_once(self, act):
        with pytest.raises(IntegrityError, match="points to an addressee"), transaction.atomic():
            point_to(NOBODY, act)

    def test_what_is_put_off_is_refused_at_the_end(self, act):
        with (
            pytest.raises(IntegrityError, match="1 rows point to an addressee"),
            transaction.atomic(),
            links_checked_last(GUARDED),
        ):
            point_to(NOBODY, act)
        assert BasicItems.objects.count() == 0
        assert guards_that_stand() == 4

    def test_the_guard_stands_again_afterwards(self, act):
        number = numbered(act).integrated_number
        with transaction.atomic(), links_checked_last(GUARDED):
            assert guards_that_stand() == 2
            point_to(number, act)
        assert guards_that_stand() == 4

    def test_masses_into_an_empty_register_put_it_off(self, act, monkeypatch):
        monkeypatch.setattr(bulk, "_MASSES", 2)
        with connection.execute_wrapper(noted := Noted()):
            assert len(number_many(act, people=3, code="001-000")) == 3
        assert IntegratedAddressee.objects.count() == 3
        assert len(noted.statements) == 8
        assert guards_that_stand() == 4


class Noted(list):
    """Notes the statements that switch guards."""

    @property
    def statements(self):
        return [sql for sql in self if "TRIGGER links_point_to_an_addressee" in sql]

    def __call__(self, execute, sql, params, many, context):
        self.append(sql)
        return execute(sql, params, many, context)

"""Codes that no コード表 has: counted where files meet them, told by an alarm, one click from the row."""

from datetime import date

import pytest
from django.core import mail
from django.urls import reverse

from resident_basic import services as residents
from sapporo_base import services, tasks
from sapporo_base.models import Alarm, CodeEntry, CodeTable, RejectedRow, UnmappedCode
from tests.conftest import NOON
from tests.resident_basic.factories import a_file, row

pytestmark = pytest.mark.django_db
RIGHTS = (
    *("sapporo_base.view_rejectedrow", "sapporo_base.view_unmappedcode"),
    "sapporo_base.draft_codetablerevision",
)


@pytest.fixture
def received(tmp_path, act):
    """A file of three people; two have a sex that the table lacks."""
    rows = [row(), row(sex="7"), row(sex="7")]
    path = a_file(tmp_path / "juki_daily_20261124.csv", *rows)
    return residents.receive_residents(path=path, act=act)


def causes():
    return set(Alarm.objects.filter(cleared_at=None).values_list("cause", "key"))


class TestTheRegister:
    def test_counts_what_its_tables_lack(self, received):
        one = UnmappedCode.objects.get()
        assert (one.table_code, one.code, one.direction, one.count) == ("sex", "7", "inward", 2)
        assert (one.item, one.layout_code) == ("性別", "juki_resident")
        assert one.place == "juki_daily_20261124.csv 2行目"
        assert received.rejected == 2

    def test_takes_the_code_once_it_is_entered(self, received, tmp_path, act):
        CodeEntry.objects.create(
            table=CodeTable.objects.get(code="sex"),
            code="7",
            name="試験",
            valid_from=date(2026, 11, 1),
        )
        again = a_file(tmp_path / "juki_daily_20261125.csv", row(sex="7"))
        assert residents.receive_residents(path=again, act=act).rejected == 0

    def test_but_not_before_the_day_from_which_it_holds(self, received, tmp_path, act):
        CodeEntry.objects.create(
            table=CodeTable.objects.get(code="sex"),
            code="7",
            name="試験",
            valid_from=date(2027, 4, 1),
        )
        again = a_file(tmp_path / "juki_daily_20261125.csv", row(sex="7"))
        assert residents.receive_residents(path=again, act=act).rejected == 1

    def test_the_page_of_the_row_leads_to_where_it_is_entered(self, received, staff_client):
        rejected = RejectedRow.objects.order_by("row_number").first()
        page = reverse("admin:sapporo_base_rejectedrow_change", args=[rejected.pk])
        html = staff_client(*RIGHTS).get(page).content.decode()
        table = CodeTable.objects.get(code="sex")
        entered = reverse("admin:sapporo_base_codetable_revise", args=[table.pk])
        assert f'{entered}?code=7"' in html
        assert "コードを登録する" not in staff_client(RIGHTS[0]).get(page).content.decode()


class TestTheAlarm:
    def test_is_raised_for_each_table_and_ends_when_the_code_is_entered(self, received):
        services.watch_alarms(at=NOON)
        assert ("unmapped_code", "sex") in causes()
        alarm = Alarm.objects.get(cause="unmapped_code")
        assert "1種類、2件" in alarm.words
        UnmappedCode.objects.update(settled_at=NOON)
        services.watch_alarms(at=NOON)
        assert ("unmapped_code", "sex") not in causes()

    def test_stands_on_the_home_page_and_goes_by_mail(self, received, settings, staff_client):
        settings.ALARM_EMAILS, settings.ALARM_WEBHOOK_URL = ["operator@city.example"], ""
        tasks.watch_alarms()
        assert any("コード表「性別」にないコード" in one.subject for one in mail.outbox)
        browser = staff_client("sapporo_base.view_alarm", "sapporo_base.view_unmappedcode")
        html = browser.get(reverse("admin:index")).content.decode()
        page = reverse("admin:sapporo_base_unmappedcode_changelist")
        assert f'href="{page}?q=sex"' in html

"""How records are told on pages: systems and staff by name, what is alike within a day as one line."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from sapporo_base import services
from sapporo_base.admin import record_lines
from sapporo_base.models import LinkageRecord
from sapporo_base.selectors import records_about
from sapporo_base.templatetags.sapporo import said_once
from tests.factories import StaffFactory, fictitious_individual_number, system

pytestmark = pytest.mark.django_db
RECORDS = reverse("admin:sapporo_base_linkagerecord_changelist")
PERSON = [("integrated", "100000000000105")]


@pytest.fixture
def auditor(staff_client):
    return staff_client("sapporo_base.view_linkagerecord")


def looked(act, **changes):
    return services.record_linkage(replace(act, **changes), "looked", subjects=PERSON)


class TestLines:
    def test_what_one_did_alike_within_a_day_is_one_line_with_first_and_last(self, act):
        clerk, other = StaffFactory(name="窓口 太郎"), StaffFactory(name="審査 次郎")
        for minutes in (0, 2, 4):
            at = act.at + timedelta(minutes=minutes)
            looked(act, at=at, staff=clerk)
            looked(act, at=at + timedelta(minutes=1), staff=other, reason="確認")
        told = record_lines.gathered(records_about(PERSON), most=20)

        assert told.count("<li>") == 2
        assert told.count("3回") == 2
        assert told.index("審査 次郎") < told.index("窓口 太郎")
        assert told.count("<time") == 4

    def test_another_day_or_another_result_is_another_line(self, act):
        looked(act)
        looked(act, at=act.at + timedelta(days=1))
        services.record_refusal(act, "looked", subjects=PERSON)

        assert record_lines.gathered(records_about(PERSON), most=20).count("<li>") == 3

    def test_no_more_lines_than_asked_for(self, act):
        for day in range(4):
            looked(act, at=act.at + timedelta(days=day))
        assert record_lines.gathered(records_about(PERSON), most=3).count("<li>") == 3

    def test_where_not_everything_was_read_the_number_says_so(self, act, monkeypatch):
        monkeypatch.setattr(record_lines, "_MOST_READ", 3)
        for _ in range(5):
            looked(act)
        assert "3回以上" in record_lines.gathered(records_about(PERSON), most=3)

    def test_who_acted_is_named_by_system_where_nobody_signed(self, act):
        looked(act, staff=None, system=system("024-000"))
        looked(act, staff=None, system=None, path="task")
        told = record_lines.one_by_one(list(records_about(PERSON)))

        assert "国民健康保険" in told
        assert "024-000" not in told
        assert "自動処理" in told


class TestPages:
    def test_systems_bear_their_names_in_list_and_page(self, auditor, act):
        record = services.record_linkage(
            replace(act, staff=None, system=system("024-000")), "disclosed", receiver_code="017-000"
        )
        page = reverse("admin:sapporo_base_linkagerecord_change", args=[record.pk])
        for address in (RECORDS, page):
            said = auditor.get(address).content.decode()
            assert "国民健康保険(024-000)" in said
            assert "学齢簿(017-000)" in said

    def test_the_list_asks_for_the_names_once(self, auditor, act, django_assert_max_num_queries):
        for _ in range(20):
            services.record_linkage(replace(act, system=system("024-000")), "disclosed")
        auditor.get(RECORDS)
        with django_assert_max_num_queries(12):
            auditor.get(RECORDS)


class TestNumbersStayOut:
    def test_a_number_in_a_reason_is_withheld_in_the_record(self, act):
        number = fictitious_individual_number(1)
        looked(act, reason=f"番号は{number[:4]} {number[4:8]} {number[8:]}")

        assert LinkageRecord.objects.get().reason == "番号は[個人番号]"

    @pytest.mark.parametrize("written", ["{0}{1}{2}", "{0} {1} {2}", "札幌 {0}-{1}-{2}"])
    def test_a_list_is_not_searched_by_one_however_it_is_written(self, auditor, written):
        number = fictitious_individual_number(1)
        term = written.format(number[:4], number[4:8], number[8:])
        answer = auditor.get(RECORDS, {"q": term}, follow=True)

        assert answer.redirect_chain == [(RECORDS, 302)]
        assert "個人番号では検索できません" in answer.content.decode()


def test_the_way_to_a_page_names_what_is_called_alike_once():
    parts = [
        {"title": "団体内統合宛名", "link": "/app/"},
        {"title": "団体内統合宛名", "link": "/list/"},
        {"title": "100000000000105", "link": "/person/"},
        {"title": "どこでもない", "link": ""},
    ]
    assert [part["link"] for part in said_once(parts)] == ["/list/", "/person/"]

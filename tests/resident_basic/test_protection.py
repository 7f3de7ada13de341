"""個人基本 tells nobody without the right where a protected person lives, by any door; looks raise alarms."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from resident_basic import services
from resident_basic.models import ApprovedItem, LookAlarm, ResidentVersion, SupportMeasure
from resident_basic.rules.items import resident_items
from sapporo_base.acts import InvalidRequest
from sapporo_base.models import LinkageRecord
from tests.factories import system
from tests.protection import (
    BUILDING,
    FORMER_PLACE,
    addresses_of,
    give_reason,
    leaks,
    linkage_history,
    seen,
    text_of,
)
from tests.resident_basic.approvals import approved, receiving

pytestmark = pytest.mark.django_db
PAGE = "admin:resident_basic_resident_change"
RECEIVER = "017-000"


@pytest.fixture
def receiver(planted):
    """A system approved for every item, but not for protected people."""
    approved(RECEIVER, *resident_items())
    return system(RECEIVER)


class TestPages:
    def test_no_page_and_no_history_of_looks_tells_where_a_protected_person_lives(
        self, without_right, planted
    ):
        pages = seen(without_right, addresses_of("resident_basic", planted))

        assert not leaks(pages)
        assert BUILDING not in linkage_history()
        assert planted.number in "".join(pages)

    @pytest.mark.parametrize("term", ["ヒミツ", "秘密", "1988-08-08", BUILDING, "桜台西"])
    def test_the_search_for_people_does_not_either(self, without_right, planted, term):
        answer = without_right.post(reverse("admin:people"), {"term": term})

        assert BUILDING not in text_of(answer).replace(f'value="{BUILDING}"', "")

    def test_with_right_and_reason_it_is_shown_and_recorded_first(self, with_right, planted):
        page = give_reason(with_right, reverse(PAGE, args=[planted.number]))

        assert BUILDING in page
        assert FORMER_PLACE in page
        assert LinkageRecord.objects.filter(kind="looked", reason="窓口での相談").exists()

    def test_nobody_else_s_household_tells_that_she_lives_there(self, without_right, planted):
        page = text_of(without_right.get(reverse(PAGE, args=[planted.other])))

        assert "同居　一郎" in page
        assert "秘密" not in page
        assert planted.number not in page

    def test_who_may_open_protected_people_is_led_to_her_page(self, with_right, planted):
        page = text_of(with_right.get(reverse(PAGE, args=[planted.other])))

        assert "支援措置" in page
        assert reverse(PAGE, args=[planted.number]) in page
        assert "秘密" not in page


class TestSystems:
    def test_no_path_of_the_api_tells_a_system_that_is_not_approved_for_it(
        self, client_of, receiver, planted
    ):
        api = client_of(receiver, "030:residents:read", "030:changes:read")
        answers = {
            "residents": api.post(
                reverse("residents"), {"resident_numbers": [planted.number]}, format="json"
            ),
            "history": api.post(
                reverse("residents"),
                {"resident_numbers": [planted.number], "as_of": "2026-10-01"},
                format="json",
            ),
            "feed": api.get(reverse("resident-changes"), {"limit": 1000}),
            "wrong": api.post(reverse("residents"), {"resident_numbers": BUILDING}, format="json"),
        }
        told = {name: text_of(answer) for name, answer in answers.items()}

        assert planted.number in told["residents"]
        assert planted.number in told["feed"]
        for name in ("residents", "history", "feed"):
            assert answers[name].status_code == 200, told[name]
            assert BUILDING not in told[name]
            assert FORMER_PLACE not in told[name]
            assert "桜台西" not in told[name]

    def test_what_is_withheld_is_named(self, receiver, planted, act):
        (told,) = services.disclose_residents(
            numbers=[planted.number], act=receiving(RECEIVER, act)
        )

        assert told.is_suppressed
        assert {"building", "household_number", "previous_residential_address"} <= set(
            told.withheld
        )

    def test_her_name_is_not_told_as_anybody_s_head(self, receiver, planted, act):
        (told,) = services.disclose_residents(numbers=[planted.other], act=receiving(RECEIVER, act))

        assert told.items["head_name"] is None
        assert told.items["head_resident_number"] is None
        assert {"head_name", "head_resident_number"} <= set(told.withheld)
        assert told.items["town"] == "北一条西"

    def test_who_names_her_as_head_enters_the_feed_when_protection_begins(
        self, receiver, planted, act
    ):
        page = services.disclose_changes(receipt=0, limit=1000, act=receiving(RECEIVER, act))

        told = {one.resident_number for one in page.changes if one.kind == "protection"}
        assert told == {planted.number, planted.other}

    def test_a_system_that_is_approved_for_protected_people_is_told(self, planted, act):
        approved("024-000", *resident_items(), protected_people=True)

        (told,) = services.disclose_residents(
            numbers=[planted.number], act=receiving("024-000", act)
        )

        assert BUILDING in told.items["building"]
        assert told.items["support_measure"] == "1"


class TestWhoIsGivenThePlaceIsToldWhoseItIs:
    """An outside system must know whose 住所 it may not pass on."""

    def asked(self, *items, grant=None, code="024-000", reason=""):
        return approved(code, *items, protected_people=True, grant=grant, reason=reason)

    def test_without_the_mark_the_application_is_not_submitted(self):
        with pytest.raises(InvalidRequest, match="支援措置区分") as refused:
            self.asked("name", "town")
        assert list(refused.value.fields) == ["protected_people"]

    def test_nor_is_it_approved_when_the_mark_is_left_out_alone(self):
        items = ("name", "town", "support_measure")
        unmarked = services.Grant(items={"support_measure": None})
        with pytest.raises(services.NotToldWhoIsProtected):
            self.asked(*items, grant=unmarked, reason="過大である")

        neither = services.Grant(items={"support_measure": None}, protected_people=False)
        assert self.asked(*items, grant=neither, reason="過大である").state == "approved"

    def test_nor_is_the_mark_given_up_at_the_yearly_check(self, act):
        application = self.asked("name", "town", "support_measure")
        due = replace(act, at=act.at.replace(year=2027), staff=application.drafted_by)
        with pytest.raises(services.NotToldWhoIsProtected):
            services.recertify(application=application, given_up=["support_measure"], act=due)

        services.recertify(application=application, given_up=["town"], act=due)

    def test_systems_of_this_project_know_it_by_the_flag(self):
        assert self.asked("name", "town", code="027-000").grants_protected_people

    def test_the_database_keeps_it_so(self, act):
        application = self.asked("name", "town", "support_measure")
        mark = ApprovedItem.objects.filter(application=application, item="support_measure")
        mark.update(valid_until=date(2027, 1, 1))
        with pytest.raises(IntegrityError, match="who_is_given_protected_people_is_told_of_them"):
            connection.check_constraints()
        transaction.set_rollback(True)

    def test_the_mark_says_how_she_stands_now_and_here(self, planted, act):
        """Registered here, of which 既存住基 knows nothing."""
        self.asked(*resident_items())

        def told():
            services.publish_changes()
            page = services.disclose_changes(
                receipt=0, limit=1000, act=receiving("024-000", act)
            ).changes
            (listed,) = services.disclose_residents(
                numbers=[planted.number], act=receiving("024-000", act)
            )
            marks = [one.items for one in page if one.resident_number == planted.number]
            assert all(one["support_measure"] == listed.items["support_measure"] for one in marks)
            return listed.items["support_measure"], listed.items["support_until"]

        measure = SupportMeasure.objects.get(resident_number=planted.number)
        assert (
            ResidentVersion.objects.get(
                resident_number=planted.number, is_latest=True
            ).support_measure
            == ""
        )
        assert told() == ("1", measure.until)

        SupportMeasure.objects.filter(pk=measure.pk).update(kind="2", until=None)
        assert told() == ("2", None)


class TestAlarms:
    def raised(self):
        services.raise_look_alarms(act=self.act)
        return list(LookAlarm.objects.order_by("pk").values_list("outcome", "path", "system_code"))

    @pytest.fixture(autouse=True)
    def _act(self, act):
        self.act = act

    def test_a_refused_look_raises_one(self, without_right, planted):
        without_right.get(reverse(PAGE, args=[planted.number]))

        assert self.raised() == [("refused", "admin", "")]

    def test_a_look_with_its_reason_and_a_search_raise_one_each(self, with_right, planted):
        give_reason(with_right, reverse(PAGE, args=[planted.number]))
        with_right.post(reverse("admin:people"), {"term": "ヒミツ"})

        found = self.raised()
        assert ("shown", "admin", "") in found
        assert ("hidden", "admin", "") in found
        assert LookAlarm.objects.filter(reason="窓口での相談").exists()

    def test_a_system_that_asks_raises_one(self, client_of, receiver, planted):
        client_of(receiver, "030:residents:read").post(
            reverse("residents"), {"resident_numbers": [planted.number]}, format="json"
        )

        assert self.raised() == [("hidden", "api", RECEIVER)]

    def test_a_search_in_another_app_that_shows_nobody_raises_one(self, without_right, planted):
        listed = reverse("admin:integrated_address_integratedaddressee_changelist")
        without_right.get(listed, {"q": "ヒミツ"})

        assert self.raised() == [("refused", "admin", "")]

    def test_looks_from_before_protection_and_looks_at_others_raise_none(
        self, without_right, planted
    ):
        without_right.get(reverse(PAGE, args=[planted.other]))

        assert self.raised() == []

    def test_an_alarm_is_raised_once_and_seen_at_home_and_acknowledged_by_a_manager(
        self, without_right, with_right, planted
    ):
        without_right.get(reverse(PAGE, args=[planted.number]))
        home = text_of(with_right.get(reverse("admin:index")))
        (alarm,) = LookAlarm.objects.all()

        assert "未確認 1件" in home
        assert "未確認 1件" not in text_of(without_right.get(reverse("admin:index")))

        page = reverse("admin:resident_basic_lookalarm_acknowledge_one", args=[alarm.pk])
        with_right.post(page, {"_confirmed": "1", "reason": "所管課へ確認、業務上の閲覧"})
        alarm.refresh_from_db()
        assert alarm.acknowledged_by
        assert alarm.note == "所管課へ確認、業務上の閲覧"
        assert LinkageRecord.objects.filter(kind="alarms_acknowledged").count() == 1
        services.raise_look_alarms(act=self.act)
        assert LookAlarm.objects.count() == 1

"""マスター更新情報: received, checked by one, let take effect by another, compared with the law."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from gateway import selectors, services, tasks
from gateway.models import MasterUpdate, PermittedCombination, PlatformCode
from sapporo_base.acts import Act, InvalidRequest, NotNow, NotPermitted
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db
PENSION_75 = {
    "MasterType": "2",
    "AffairCode": "JM99000000000075",
    "ProcedureCode": "JT99000000000075",
    "SpecificPersonalInformationCode": "TM99000000000075",
    "InquirerOrganizationCode": "0220101100201700",
    "ProviderOrganizationCode": "9900000000000075",
}


def by(staff, **changes):
    return Act(at=timezone.now(), path="admin", staff=staff, **changes)


def everything_applied():
    one, other = StaffFactory(), StaffFactory()
    ids = list(MasterUpdate.objects.exclude(state="applied").values_list("pk", flat=True))
    services.check_updates(sequences=ids, act=by(one))
    services.apply_updates(sequences=ids, act=by(other))


class TestReceiving:
    def test_the_masters_are_received_once_and_take_no_effect_by_that(self, far_end):
        first = tasks.fetch_master_updates()

        assert first > 10
        assert tasks.fetch_master_updates() == 0
        assert PermittedCombination.objects.count() == PlatformCode.objects.count() == 0

    def test_a_change_comes_with_the_next_look(self, far_end):
        tasks.fetch_master_updates()
        far_end.control("master", ChangeType="3", ValidFrom="2027-04-01", **PENSION_75)

        assert tasks.fetch_master_updates() == 1
        assert MasterUpdate.objects.order_by("-pk")[0].change == "abolished"


class TestFourEyes:
    def test_who_checked_does_not_let_it_take_effect(self, far_end):
        tasks.fetch_master_updates()
        one = StaffFactory()
        services.check_updates(sequences=[1], act=by(one))

        with pytest.raises(NotPermitted, match="別の職員"):
            services.apply_updates(sequences=[1], act=by(one))
        assert services.apply_updates(sequences=[1], act=by(StaffFactory())) == 1

    def test_unchecked_it_takes_no_effect_and_declining_needs_a_reason(self, far_end):
        tasks.fetch_master_updates()
        with pytest.raises(NotNow):
            services.apply_updates(sequences=[1], act=by(StaffFactory()))
        with pytest.raises(InvalidRequest):
            services.decline_updates(sequences=[1], act=by(StaffFactory()))
        services.decline_updates(sequences=[1], act=by(StaffFactory(), reason="重複"))
        assert MasterUpdate.objects.get(pk=1).state == "declined"


class TestDatedRows:
    def test_a_code_changes_its_meaning_on_the_day_of_the_update(self, far_end):
        tasks.fetch_master_updates()
        far_end.control(
            "master",
            MasterType="1",
            ChangeType="2",
            ValidFrom="2027-04-01",
            TableCode="DETAIL_STATUS",
            Code="03",
            Name="提供待(保留)",
        )
        tasks.fetch_master_updates()
        everything_applied()

        def meaning(day):
            return selectors.meaning_of(table="DETAIL_STATUS", code="03", day=day)

        assert meaning(date(2027, 3, 31)) == "提供待"
        assert meaning(date(2027, 4, 1)) == "提供待(保留)"
        assert meaning(date(2017, 1, 1)) == ""

    def test_an_abolished_combination_ends_and_is_not_deleted(self, far_end):
        tasks.fetch_master_updates()
        far_end.control("master", ChangeType="3", ValidFrom="2027-04-01", **PENSION_75)
        tasks.fetch_master_updates()
        everything_applied()

        row = PermittedCombination.objects.get(information_code="TM99000000000075")
        assert row.valid_until == date(2027, 4, 1)


class TestDifferences:
    def test_what_the_platform_permits_without_a_ground_here_is_shown(self, far_end):
        tasks.fetch_master_updates()
        assert selectors.combination_differences(day=timezone.localdate()) == []
        everything_applied()

        found = selectors.combination_differences(day=timezone.localdate())

        # 26 and 87 may have 住民票関係情報 there, and the city's row for it bears no codes.
        assert {(d.kind, d.procedure_code[-2:], d.is_permitted) for d in found} == {
            ("provide", "26", True),
            ("provide", "87", True),
        }

    def test_a_ground_that_the_platform_no_longer_permits_is_shown_from_its_day(self, far_end):
        tasks.fetch_master_updates()
        far_end.control("master", ChangeType="3", ValidFrom="2027-04-01", **PENSION_75)
        tasks.fetch_master_updates()
        everything_applied()

        def lacking(day):
            found = selectors.combination_differences(day=day)
            return [d.information_code for d in found if not d.is_permitted]

        assert lacking(date(2027, 3, 31)) == []
        assert lacking(date(2027, 4, 1)) == ["TM99000000000075"]


class TestPages:
    def test_one_checks_another_applies_and_the_difference_stands_above_the_list(
        self, far_end, staff_client
    ):
        tasks.fetch_master_updates()
        rights = [
            f"gateway.{right}"
            for right in (
                "view_masterupdate",
                "check_masterupdate",
                "apply_masterupdate",
                "view_permittedcombination",
            )
        ]
        one, other = staff_client(*rights), staff_client(*rights)
        ids = list(MasterUpdate.objects.values_list("pk", flat=True))
        url = reverse("admin:gateway_masterupdate_changelist")

        def do(browser, action):
            return browser.post(
                url, {"action": action, "_selected_action": ids, "_confirmed": "1"}, follow=True
            )

        do(one, "check_chosen")
        refused = do(one, "apply_chosen")
        assert "別の職員が承認してください" in refused.content.decode()
        do(other, "apply_chosen")

        assert set(MasterUpdate.objects.values_list("state", flat=True)) == {"applied"}
        page = one.get(reverse("admin:gateway_permittedcombination_changelist")).content.decode()
        assert "本日の法令上の根拠との差 2件" in page

"""整合性確認: what contradicts is found, kept until it is gone, judged by staff, and hidden with the protected."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from guardian.shortcuts import assign_perm

from resident_basic import services
from resident_basic.models import ConsistencyFinding
from sapporo_base.models import BatchRun, LinkageRecord, PersonalInformationFile
from tests.factories import StaffFactory, system
from tests.resident_basic.factories import a_file, a_resident_number, row

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:resident_basic_consistencyfinding_changelist")
LATER = timedelta(days=1)


@pytest.fixture
def receive(act, tmp_path):
    """Receive 異動 as a file of 既存住基."""

    def received(*rows):
        services.receive_residents(
            path=a_file(tmp_path / "residents.csv", *rows),
            act=replace(act, path="api", system=system("001-000")),
        )

    return received


@pytest.fixture
def clerk(staff_client):
    """Return a browser of a clerk with these rights on the file, in these wards."""

    def browser(*file_rights, roles=("窓口担当",), wards=()):
        staff = StaffFactory(roles=roles, wards=list(wards))
        file = PersonalInformationFile.objects.get(code="resident")
        for right in ("open_personalinformationfile", *file_rights):
            assign_perm(f"sapporo_base.{right}", staff, file)
        return staff_client(staff=staff)

    return browser


def couple(**spouse):
    """Return the rows of a couple in one household; what is not said of the spouse is ordinary."""
    household, head = a_resident_number(), a_resident_number()
    return (
        row(resident_number=head, household_number=household, sex="1", name="札幌　一"),
        row(
            household_number=household,
            head_resident_number=head,
            sex="2",
            relationship_1="12",
            name="札幌　二",
            born_on="1991-01-01",
        )
        | spouse,
    )


def found(kind):
    open_ones = ConsistencyFinding.objects.filter(kind=kind, closed_at__isnull=True)
    return set(open_ones.values_list("number", flat=True))


class TestWhatIsFound:
    def test_an_ordinary_family_contradicts_nothing(self, receive, act):
        receive(*couple())
        checked = services.check_residents(act=act)
        assert sum(checked.by_kind.values()) == 0

    def test_a_household_without_a_head_and_one_with_two(self, receive, act):
        headless = row(relationship_1="20")
        number = a_resident_number()
        head, spouse = couple(
            resident_number=number, relationship_1="02", head_resident_number=number
        )
        receive(headless, head, spouse)
        services.check_residents(act=act)
        assert found("no_head") == {headless["household_number"]}
        assert found("two_heads") == {head["household_number"]}

    def test_a_dead_person_whom_the_living_still_name_as_head(self, receive, act):
        head, spouse = couple()
        dead = {"resident_status": "3", "change_reason": "23", "removed_on": "2026-10-01"}
        receive(head | dead, spouse)
        services.check_residents(act=act)
        assert found("dead_in_household") == {head["resident_number"]}
        assert found("no_head") == {head["household_number"]}

    @pytest.mark.parametrize(
        ("spouse", "contradicts"),
        [
            ({"relationship_1": "11"}, True),
            ({"relationship_1": "20", "relationship_2": "11"}, True),
            ({"relationship_1": "20", "relationship_2": "12"}, False),
            ({"relationship_1": "20", "born_on": "1990-04-05"}, True),
            ({"relationship_1": "20", "born_on": "2015-04-05"}, False),
            ({"relationship_1": "52", "born_on": "1995-04-05"}, True),
            ({"relationship_1": "52", "born_on": "1965-04-05"}, False),
            ({"relationship_1": "11", "sex": "0"}, False),
            (
                {
                    "relationship_1": "20",
                    "born_on": "1980-00-00",
                    "born_on_unknown": "1",
                    "born_on_text": "昭和55年頃",
                },
                False,
            ),
        ],
    )
    def test_a_relationship_that_cannot_be(self, receive, act, spouse, contradicts):
        head, other = couple(**spouse)
        receive(head, other)
        services.check_residents(act=act)
        assert found("relationship_contradiction") == (
            {other["resident_number"]} if contradicts else set()
        )

    def test_one_person_registered_twice_in_two_writings_of_the_name(self, receive, act):
        one, other = row(name="渡邊　花子"), row(name="渡辺花子")
        twin = row(name="渡辺　花美")
        receive(one, other, twin)
        services.check_residents(act=act)
        numbers = {one["resident_number"], other["resident_number"]}
        assert found("duplicate_four_items") == numbers

    def test_every_contradiction_of_the_fictitious_city_and_no_other(self, act, tmp_path):
        call_command("generate_city", population=20_000, seed=5, out=tmp_path, days=1, verbosity=0)
        sending = replace(act, path="api", system=system("001-000"))
        services.receive_residents(path=next(tmp_path.glob("juki_full_*.csv")), act=sending)
        expected = json.loads((tmp_path / "expected.json").read_text())["inconsistencies"]

        services.check_residents(act=act)

        assert {kind: sorted(found(kind)) for kind in expected} == expected


class TestWhatIsKept:
    def test_the_same_again_stays_one_finding_with_what_staff_said(self, receive, act):
        receive(row(relationship_1="20"))
        first = services.check_residents(act=act)
        finding = ConsistencyFinding.objects.get()
        staff = replace(act, staff=StaffFactory(name="確認　花子"))
        services.judge_finding(finding=finding, state="not_needed", reason="施設", act=staff)

        again = services.check_residents(act=replace(act, at=act.at + LATER))

        finding.refresh_from_db()
        assert (first.new, again.new, again.closed) == (1, 0, 0)
        assert (finding.state, finding.reason, finding.judged_by) == (
            "not_needed",
            "施設",
            "確認　花子",
        )
        assert BatchRun.objects.filter(kind="check_residents", state="done").count() == 2

    def test_what_is_mended_is_closed_and_comes_back_as_a_new_one(self, receive, act):
        number = a_resident_number()
        household = a_resident_number()
        values = {"resident_number": number, "household_number": household}
        receive(row(**values, relationship_1="20"))
        services.check_residents(act=act)
        receive(row(**values, history_number=2, change_reason="53"))
        mended = services.check_residents(act=replace(act, at=act.at + LATER))
        receive(row(**values, history_number=3, change_reason="53", relationship_1="20"))
        back = services.check_residents(act=replace(act, at=act.at + 2 * LATER))

        assert (mended.closed, mended.by_kind["no_head"], back.new) == (1, 0, 1)
        assert ConsistencyFinding.objects.count() == 2
        with pytest.raises(services.NothingToJudge):
            services.judge_finding(
                finding=ConsistencyFinding.objects.earliest("pk"),
                state="confirmed",
                reason="試験",
                act=act,
            )

    def test_the_command_tells_how_many(self, receive, capsys):
        receive(row(relationship_1="20"))
        call_command("check_residents")
        said = capsys.readouterr().out
        assert "世帯主のいない世帯: 1件" in said
        assert "新規 1件、解消 0件" in said


class TestThePage:
    @pytest.fixture
    def contradiction(self, receive, act):
        odd = row(relationship_1="20", name="矛盾　花子")
        receive(odd)
        services.check_residents(act=act)
        return odd

    def test_it_shows_counts_list_and_the_way_to_the_person_and_is_recorded(
        self, clerk, contradiction
    ):
        page = clerk().get(PAGE).content.decode()
        person = reverse(
            "admin:resident_basic_resident_change", args=[contradiction["resident_number"]]
        )
        assert "矛盾は1件" in page
        assert person in page
        assert LinkageRecord.objects.filter(kind="listed", subject_count=1).exists()

    def test_ten_findings_ask_no_more_than_one(
        self, clerk, contradiction, receive, act, django_assert_num_queries
    ):
        browser = clerk()
        browser.get(PAGE)
        with CaptureQueriesContext(connection) as one:
            browser.get(PAGE)
        receive(*(row(relationship_1="20", name=f"矛盾　{n}子") for n in "一二三四五六七八九"))
        services.check_residents(act=replace(act, at=act.at + LATER))
        with django_assert_num_queries(len(one)):
            assert "矛盾　九子" in browser.get(PAGE).content.decode()

    def test_another_ward_sees_and_exports_none_of_it(self, clerk, contradiction):
        elsewhere = clerk(wards=["011029"])
        assert "矛盾　花子" not in elsewhere.get(PAGE).content.decode()
        exported = elsewhere.get(f"{PAGE}export/").content.decode()
        assert contradiction["household_number"] not in exported
        here = clerk(wards=["011011"]).get(f"{PAGE}export/").content.decode()
        assert contradiction["household_number"] in here
        assert LinkageRecord.objects.filter(kind="list_exported").count() == 2

    def test_who_stands_under_protection_is_hidden_in_list_export_and_page(
        self, clerk, contradiction, act
    ):
        services.start_support_measure(
            resident_number=contradiction["resident_number"],
            kind="1",
            subject_kind="1",
            since=date(2026, 11, 1),
            until=None,
            reason="試験",
            act=act,
        )
        finding = reverse(
            "admin:resident_basic_consistencyfinding_change",
            args=[ConsistencyFinding.objects.get().pk],
        )
        for address in (PAGE, f"{PAGE}export/", finding):
            page = clerk().get(address, follow=True).content.decode()
            assert contradiction["household_number"] not in page
            assert "矛盾　花子" not in page
        entitled = clerk("open_protected_person")
        assert "矛盾　花子" in entitled.get(PAGE).content.decode()
        assert "理由" in entitled.get(finding).content.decode()

    def test_staff_judge_with_a_reason_and_only_who_may(self, clerk, contradiction):
        finding = ConsistencyFinding.objects.get()
        dismiss = reverse("admin:resident_basic_consistencyfinding_dismiss", args=[finding.pk])
        auditor = clerk(roles=("監査担当",))
        assert auditor.get(PAGE).status_code == 200
        assert auditor.post(dismiss, {"_confirmed": "1", "reason": "x"}).status_code == 403
        counter = clerk()
        assert counter.post(dismiss, {"_confirmed": "1", "reason": ""}).status_code == 200
        assert counter.post(dismiss, {"_confirmed": "1", "reason": "施設入所"}).status_code == 302
        finding.refresh_from_db()
        assert finding.state == "not_needed"
        home = counter.get(reverse("admin:index")).content.decode()
        assert "住民の整合性" in home
        assert "未確認なし" in home

    def test_a_register_that_was_never_checked_is_not_called_clean(self, clerk):
        home = clerk().get(reverse("admin:index")).content.decode()
        assert "未実施" in home
        assert "未確認なし" not in home

    def test_without_the_right_to_the_file_nothing_is_shown(self, staff_client, contradiction):
        assert staff_client(roles=("窓口担当",)).get(PAGE).status_code == 403

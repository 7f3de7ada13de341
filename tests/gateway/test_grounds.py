"""On which ground copies, answers and questions go out, and for how long an answer is kept."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse

from gateway import services
from gateway.models import (
    Inquiry,
    Provision,
)
from sapporo_base import services as base
from sapporo_base.acts import InvalidRequest, NotPermitted
from sapporo_base.models import LegalBasis, LinkageRecord
from tests.factories import StaffFactory, system
from tests.gateway.answers import accept, answered, told
from tests.gateway.far_end import CHILD_ALLOWANCE, TAX
from tests.gateway.flows import asked, copy
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db


class TestMissingGrounds:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"procedure_code": "JM99000000000011"}, "事務「JM99000000000011」"),
            ({"step_code": "JT99000000000011"}, "事務手続「JT99000000000011」"),
            ({"information": CHILD_ALLOWANCE}, f"特定個人情報「{CHILD_ALLOWANCE}」"),
            ({"procedure_code": "123456789018"}, "形式の誤ったコード"),
        ],
    )
    def test_are_named(self, act, person, change, words):
        (one,) = accept(act, asked("k1", **change))
        assert one.code == "no_ground"
        assert words in one.why
        assert "123456789018" not in one.why
        assert words in LinkageRecord.objects.get(kind="inquiry_refused").detail

    def test_whose_time_is_over_tell_since_when(self, act, person):
        grounds = LegalBasis.objects.filter(kind="inquire", information_code=TAX)
        grounds.filter(valid_until=None).update(valid_until=date(2026, 11, 1))
        (one,) = accept(act, asked("k1"))
        assert "2026-11-01で終わりました" in one.why

    def test_of_another_system_tell_that_this_one_is_not_in_it(self, act, person):
        (one,) = accept(act, asked("k1", number="N1"), of=system("024-000"))
        assert "「国民健康保険」が含まれていません" in one.why

    def test_of_copies_are_named_and_recorded(self, act, person):
        with pytest.raises(NotPermitted, match="TM99000000000098"):
            services.accept_copies(
                system=system("027-000"), information_code="TM99000000000098", copies=[], act=act
            )
        assert LinkageRecord.objects.get(kind="copies_refused").result == "refused"


class TestResultsAreKeptOnlyAsLongAsNeeded:
    def later(self, act, days):
        return replace(act, at=act.at + timedelta(days=days))

    def test_then_values_go_and_row_and_record_stay(self, act, allowance, person):
        result = answered(act, items={"総所得金額等": "1"})
        ground = result.inquiry.legal_basis
        assert services.days_kept(ground) == 120

        assert services.dispose_results(act=self.later(act, 119)) == 0
        assert services.dispose_results(act=self.later(act, 121)) == 1
        result.refresh_from_db()
        assert (result.items, result.disposed_at) == ({}, self.later(act, 121).at)
        record = LinkageRecord.objects.get(kind="inquiry_results_disposed")
        assert (record.subject_count, record.receiver_code) == (1, "027-000")
        assert "120日" in record.detail
        assert told(self.later(act, 122), allowance)[0].disposed_at
        assert services.dispose_results(act=self.later(act, 123)) == 0

    def test_each_ground_has_its_own_days(self, act, person):
        result = answered(act, items={"総所得金額等": "1"})
        LegalBasis.objects.filter(pk=result.inquiry.legal_basis_id).update(result_days=10)
        assert services.dispose_results(act=self.later(act, 11)) == 1


class TestCopiesAndAnswers:
    @pytest.fixture
    def provided(self):
        """児童手当情報 is provided to 事務 26 and 30, as the release says for the time before the 2024 order."""
        LegalBasis.objects.filter(kind="provide", information_code=CHILD_ALLOWANCE).update(
            valid_until=None
        )

    def forward(self, act, **named):
        numbered(act, number="J1", code="027-000", serial=1)
        return services.accept_copies(
            system=system("027-000"),
            information_code=CHILD_ALLOWANCE,
            copies=[copy()],
            act=act,
            **named,
        )

    def test_a_named_procedure_with_a_ground_is_taken_and_recorded_with_it(self, act, provided):
        named = {"procedure_code": "JM99000000000026", "step_code": "JT99000000000026"}
        assert self.forward(act, **named).changed == 1
        record = LinkageRecord.objects.get(kind="copies_accepted")
        assert "26の項" in record.detail
        assert "106の項" not in record.detail

    def test_without_a_name_every_ground_of_the_day_is_told(self, act, provided):
        assert self.forward(act).changed == 1
        detail = LinkageRecord.objects.get(kind="copies_accepted").detail
        assert "26の項" in detail
        assert "106の項" in detail

    @pytest.mark.parametrize(
        ("named", "missing"),
        [
            ({"procedure_code": "JM99000000000074"}, "事務「JM99000000000074」"),
            (
                {"procedure_code": "JM99000000000026", "step_code": "JT99000000000030"},
                "事務手続「JT99000000000030」",
            ),
        ],
    )
    def test_another_is_refused_with_the_words_of_what_is_missing(
        self, act, provided, named, missing
    ):
        with pytest.raises(NotPermitted, match=missing):
            self.forward(act, **named)
        assert missing in LinkageRecord.objects.get(kind="copies_refused").detail

    def test_over_http_too(self, act, provided, client_of):
        numbered(act, number="J1", code="027-000", serial=1)
        api = client_of(system("027-000"), "030:copies:write")
        body = {
            "information_code": CHILD_ALLOWANCE,
            "procedure_code": "JM99000000000074",
            "copies": [
                {
                    "business_number": "J1",
                    "dataset": "0001",
                    "key": "1",
                    "items": {},
                    "published_from": "2026-11-01",
                }
            ],
        }
        refused = api.post("/api/v1/gateway/copies/", body, format="json")
        assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
        body["procedure_code"] = "JM99000000000026"
        assert api.post("/api/v1/gateway/copies/", body, format="json").status_code == 202

    def test_an_answer_is_not_provided_without_a_ground(self, act):
        provision = Provision.objects.create(
            provision_id="p1",
            integrated_number="100000000000024",
            asker_code="0000000000000",
            asker_name="試験県知事",
            procedure_code="JM99000000000999",
            step_code="JT99000000000999",
            information_code=CHILD_ALLOWANCE,
            asked_at=act.at,
            noted_at=act.at,
            due_at=act.at,
        )
        staff = replace(act, staff=StaffFactory())
        said = {"provision": provision, "reason": "確認", "act": staff}
        with pytest.raises(services.NoGround):
            services.answer_provision(answer="provide", items={"受給者区分": "1"}, **said)
        assert LinkageRecord.objects.get(kind="provision_refused").result == "refused"
        assert services.answer_provision(answer="refuse", items={}, **said).state == "answered"


class TestHowLongResultsAreKept:
    @pytest.fixture
    def ground(self):
        return LegalBasis.objects.filter(kind="inquire").first()

    def test_is_decided_on_the_page_of_the_ground_with_a_reason(self, ground, staff_client):
        right = "sapporo_base.view_legalbasis"
        url = reverse("admin:sapporo_base_legalbasis_keep_results", args=[ground.pk])
        said = {"_confirmed": "1", "days": "7", "reason": "認定後は不要なため"}
        assert staff_client(right).post(url, said).status_code == 403

        browser = staff_client(right, "sapporo_base.keep_results_legalbasis")
        browser.post(url, said)
        ground.refresh_from_db()
        assert ground.result_days == 7
        record = LinkageRecord.objects.get(kind="result_days_decided")
        assert record.reason == "認定後は不要なため"

    def test_results_go_by_the_new_days(self, act, ground, person):
        answered(act, items={"税額": "1"})
        basis = Inquiry.objects.get().legal_basis
        base.keep_results_for(basis=basis, days=3, act=replace(act, reason="不要"))
        assert services.dispose_results(act=replace(act, at=act.at + timedelta(days=2))) == 0
        assert services.dispose_results(act=replace(act, at=act.at + timedelta(days=4))) == 1

    @pytest.mark.parametrize("days", [0, 4000])
    def test_needs_a_number_of_days(self, act, ground, days):
        with pytest.raises(InvalidRequest):
            base.keep_results_for(basis=ground, days=days, act=replace(act, reason="試験"))

    def test_is_of_grounds_to_inquire_only(self, act):
        other = LegalBasis.objects.filter(kind="provide").first()
        with pytest.raises(InvalidRequest):
            base.keep_results_for(basis=other, days=3, act=replace(act, reason="試験"))

"""Whose number is told to whom, on which ground a question goes out, and for how long an answer is kept."""

from datetime import date, timedelta

import pytest

from gateway.models import (
    Inquiry,
    InquiryResult,
    MasterUpdate,
    PermittedCombination,
    PlatformCode,
)
from gateway.rules.codes import SAPPORO
from gateway.rules.statuses import status_doubt
from sapporo_base.models import Layout, LinkageRecord
from tests.factories import system
from tests.gateway.answers import accept, answered, told
from tests.gateway.far_end import TAX
from tests.gateway.flows import asked
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db


class TestNumbersInsideResults:
    def test_become_the_asking_systems_own(self, act, allowance, person):
        child = numbered(act, number="J2", code="027-000", serial=2).integrated_number
        answered(act, items={"本人": person, "備考": f"扶養:{child}", "世帯": [{"番号": child}]})
        (one,) = told(act, allowance)

        assert one.items == {"本人": "J1", "備考": "扶養:J2", "世帯": [{"番号": "J2"}]}

    def test_stand_beside_what_could_not_be_converted(self, act, allowance, person, client_of):
        result = answered(act, items={"本人": person, "性別": "8"})
        said = {"item": "性別", "code": "E0002", "words": "コード表にない値である。"}
        InquiryResult.objects.filter(pk=result.pk).update(problems=[said])
        api = client_of(allowance, "030:inquiry-results:read")
        (one,) = [
            row
            for row in api.get("/api/v1/gateway/inquiry-results/").json()["results"]
            if row["state"] == "answered"
        ]
        assert (one["problems"], one["items"]["性別"]) == ([said], "8")

    def test_of_people_whom_the_system_does_not_know_are_hidden(self, act, allowance, person):
        stranger = numbered(act, number="N2", code="024-000", serial=2).integrated_number
        answered(act, items={"備考": f"世帯主 {stranger}"})
        (one,) = told(act, allowance)

        assert one.items == {"備考": "世帯主 ***************"}

    def test_fifteen_digits_that_are_nobodys_stay(self, act, allowance, person):
        answered(act, items={"整理番号": "999999999999999"})
        assert told(act, allowance)[0].items == {"整理番号": "999999999999999"}

    def test_where_the_layout_says_that_one_stands_nobodys_is_hidden_too(
        self, act, allowance, person
    ):
        definition = {
            "code": "tax_result",
            "name": "地方税関係情報",
            "version": 1,
            "valid_from": "2026-01-01",
            "form": "message",
            "encoding": "utf-8",
            "keys": "label",
            "purpose": "result",
            "information_code": TAX,
            "fields": [
                {
                    "name": "dependent",
                    "label": "扶養者",
                    "type": "X",
                    "length": 15,
                    "integrated_number": True,
                }
            ],
        }
        Layout.objects.create(
            code="tax_result",
            version=1,
            name="地方税関係情報",
            valid_from=date(2026, 1, 1),
            definition=definition,
        )
        answered(act, items={"扶養者": "999999999999999", "整理番号": "999999999999999"})
        assert told(act, allowance)[0].items == {
            "扶養者": "***************",
            "整理番号": "999999999999999",
        }

    def test_a_system_that_holds_inner_numbers_is_told_those_that_it_has_none_of_its_own_for(
        self, act, allowance, person
    ):
        stranger = numbered(act, number="N2", code="024-000", serial=2).integrated_number
        allowance.holds_integrated_number = True
        allowance.save()
        answered(act, items={"世帯主": stranger})
        assert told(act, allowance)[0].items == {"世帯主": stranger}

    def test_of_several_the_one_asked_under_is_told_and_all_are_named(self, act, allowance, person):
        numbered(act, number="J9", code="027-000", serial=1)
        answered(act, items={"本人": person})
        (one,) = told(act, allowance)

        assert one.business_number == "J1"
        assert sorted(one.business_numbers) == ["J1", "J9"]
        assert one.items == {"本人": "J1"}

    def test_no_system_sees_another_systems_number_or_result(self, act, allowance, person):
        answered(act, items={"本人": person})
        (one,) = told(act, allowance)

        assert "N1" not in str(one)
        assert person not in str(one)
        assert told(act, system("024-000")) == []


class TestTheSameKey:
    def test_with_another_question_is_refused_and_says_what_differs(self, act, person):
        accept(act, asked("k1"))
        (again,) = accept(act, asked("k1", fiscal_year=2023))

        assert (again.id, again.code) == (None, "key_in_use")
        assert "課税年度" in again.why
        assert Inquiry.objects.count() == 1
        assert LinkageRecord.objects.filter(kind="inquiry_refused", result="refused").exists()

    def test_twice_in_one_call_with_two_questions_takes_the_first(self, act, person):
        first, second = accept(act, asked("k1"), asked("k1", fiscal_year=2023))
        assert first.id
        assert second.code == "key_in_use"

    def test_with_the_same_question_is_the_same_inquiry(self, act, person):
        (first,), (again,) = accept(act, asked("k1")), accept(act, asked("k1"))
        assert first.id == again.id

    def test_of_one_that_has_ended_promises_nothing(self, act, person):
        (first,) = accept(act, asked("k1"))
        assert first.estimated_at is not None
        Inquiry.objects.update(state="no_record", settled_at=act.at)
        (again,) = accept(act, asked("k1"))
        assert (again.state, again.goes_out_at, again.estimated_at) == ("no_record", None, None)


class TestWhatThePlatformPermits:
    @pytest.fixture
    def permitted(self, act):
        """Masters took effect: of the city's questions only 地方税 of any municipality."""
        update = MasterUpdate.objects.create(
            sequence=1,
            kind="combination",
            change="added",
            valid_from=date(2020, 1, 1),
            received_at=act.at,
        )
        return PermittedCombination.objects.create(
            procedure_code="JM99000000000074",
            step_code="JT99000000000074",
            information_code=TAX,
            inquirer_code=SAPPORO,
            provider_code="municipality",
            valid_from=date(2020, 1, 1),
            update=update,
        )

    def test_goes_out_and_the_rest_is_refused_before_it_does(self, act, person, permitted):
        good, bad = accept(act, asked("k1"), asked("k2", provider="9900000000000075"))
        assert good.id
        assert (bad.id, bad.code) == (None, "not_permitted")
        assert "許可された組合せ" in bad.why

    def test_no_longer_is_refused_from_its_day_on(self, act, person, permitted):
        permitted.valid_until = act.day
        permitted.save()
        PermittedCombination.objects.create(
            **{
                name: getattr(permitted, name)
                for name in ("procedure_code", "step_code", "inquirer_code", "provider_code")
            },
            information_code="TM99000000000001",
            valid_from=date(2020, 1, 1),
            update=permitted.update,
        )
        assert accept(act, asked("k1"))[0].code == "not_permitted"

    def test_is_unknown_before_the_masters_came_and_nothing_is_refused_for_it(self, act, person):
        assert accept(act, asked("k2", provider="9900000000000075"))[0].code == ""


class TestStatuses:
    NAMES = {"DETAIL_STATUS": {"09": "正常終了"}, "NAME_STATUS": {"01": "正常"}}

    def test_are_read_as_the_profile_says_where_the_masters_agree_or_are_silent(self):
        assert status_doubt("09", "01", applied=self.NAMES) == ""
        assert status_doubt("09", "01", applied={}) == ""

    @pytest.mark.parametrize(
        ("detail", "applied", "words"),
        [
            ("05", {"DETAIL_STATUS": {"05": "保留"}}, "未知のコードです(マスターでは「保留」)"),
            ("05", {}, "マスターにもありません"),
            ("09", {"DETAIL_STATUS": {"01": "受付済"}}, "廃止"),
            ("09", {"DETAIL_STATUS": {"09": "一部終了"}}, "「正常終了」から「一部終了」に"),
        ],
    )
    def test_are_doubted_with_words_otherwise(self, detail, applied, words):
        assert words in status_doubt(detail, "", applied=applied)

    def test_that_the_masters_changed_are_not_acted_upon(self, act, far_end, hanako, clock):
        from gateway import tasks
        from tests.gateway.flows import accept as ask

        update = MasterUpdate.objects.create(
            sequence=1,
            kind="code",
            change="changed",
            valid_from=date(2020, 1, 1),
            received_at=act.at,
        )
        PlatformCode.objects.create(
            table="DETAIL_STATUS",
            code="09",
            name="一部終了",
            valid_from=date(2020, 1, 1),
            update=update,
        )
        ask(asked())
        for _ in range(4):
            tasks.work_interactive()
            clock.shift(timedelta(seconds=5))
        one = Inquiry.objects.get()
        assert one.state == "unclear"
        assert "一部終了" in one.reason

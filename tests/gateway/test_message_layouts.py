"""Copies and results go through the layout of their 特定個人情報 that is in force on the day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway import conversion, services
from gateway.models import Copy, CopyError
from gateway.services import layouts
from sapporo_base import services as base
from sapporo_base.layouts import CodeMap, Tables, parse_layout
from sapporo_base.layouts.definitions import definition_faults
from sapporo_base.models import ConversionLoss, Layout, UnmappedCode
from tests.factories import StaffFactory, system
from tests.gateway.flows import may_provide, permit
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db

INFORMATION = "TM99000000000098"
FIELDS = [
    {"name": "name", "label": "氏名", "type": "N", "length": 20, "characters": "jisx0208"},
    {"name": "sex", "label": "性別", "type": "X", "length": 1, "codes": "sex"},
    {"name": "on", "label": "認定日", "type": "DATE", "length": 10, "date_form": "gyymmdd"},
]


def definition(purpose, **changes):
    return {
        "code": f"{purpose}_test",
        "name": "試験の電文",
        "version": 1,
        "valid_from": "2026-01-01",
        "form": "message",
        "encoding": "utf-8",
        "keys": "label",
        "purpose": purpose,
        "information_code": INFORMATION,
        "fields": FIELDS,
        **changes,
    }


def in_force(purpose, **changes):
    said = definition(purpose, **changes)
    return Layout.objects.create(
        code=said["code"],
        version=said["version"],
        name=said["name"],
        valid_from=said["valid_from"],
        definition=said,
    )


def accept(act, **items):
    numbered(act, number="J1", code="027-000", serial=1)
    may_provide(INFORMATION, "027-000")
    permit("027-000", "DBM", INFORMATION)
    return services.accept_copies(
        system=system("027-000"),
        information_code=INFORMATION,
        copies=[
            services.CopyData(
                business_number="J1",
                dataset="0001",
                key="1",
                items=items,
                published_from=date(2026, 11, 1),
            )
        ],
        act=act,
    )


class TestCopies:
    def test_are_converted_and_what_they_lost_is_kept(self, act):
        in_force("copy")
        accept(act, 氏名="𠮷田　葵", 性別="2", 認定日="2026-11-01", 備考="そのまま")

        assert Copy.objects.get(information_code=INFORMATION).items == {
            "氏名": "吉田　葵",
            "性別": "2",
            "認定日": "5081101",
            "備考": "そのまま",
        }
        (loss,) = ConversionLoss.objects.all()
        assert (loss.record, loss.item, loss.original, loss.replacement) == (
            "J1",
            "氏名",
            "𠮷",
            "吉",
        )

    def test_that_do_not_fit_go_to_the_error_list(self, act):
        in_force("copy")
        counts = accept(act, 氏名="札幌　花子", 性別="7")

        assert (counts.changed, counts.errors) == (0, 1)
        error = CopyError.objects.get()
        assert (error.item, error.code) == ("性別", "E0002")

    def test_go_as_they_are_where_no_layout_is_in_force(self, act):
        layout = in_force("copy")
        Layout.objects.filter(pk=layout.pk).update(valid_until=act.day)
        accept(act, 氏名="𠮷田　葵", 認定日="2026-11-01")

        assert Copy.objects.get(information_code=INFORMATION).items["認定日"] == "2026-11-01"

    def test_go_by_the_version_of_the_day(self, act):
        in_force("copy")
        drafter, decider = StaffFactory(), StaffFactory()
        draft = base.begin_draft(kind=Layout, code="copy_test", act=_of(act, drafter))
        fields = [*FIELDS[:2], FIELDS[2] | {"date_form": "wareki", "length": 20}]
        base.save_draft(
            kind=Layout,
            draft_id=draft.pk,
            head={},
            rows=fields,
            name=draft.name,
            remark="",
            valid_from=act.day + timedelta(days=1),
            act=_of(act, drafter),
        )
        base.activate_draft(
            kind=Layout,
            draft_id=draft.pk,
            valid_from=act.day + timedelta(days=1),
            act=_of(act, decider),
        )
        for moment, written in ((act, "5081101"), (_later(act), "令和8年11月1日")):
            message = conversion.Message({"認定日": "2026-11-01"})
            layouts.convert_copies(
                [("J1", message)],
                system=system("027-000"),
                information_code=INFORMATION,
                act=moment,
            )
            assert message.items == {"認定日": written}


class TestResults:
    def test_become_our_codes_and_days_and_what_is_unknown_stays_and_is_noted(self, act):
        in_force("result")
        good = conversion.Message({"氏名": "札幌", "性別": "2", "認定日": "5081101"})
        strange = conversion.Message({"性別": "8", "認定日": "5081301"})
        layouts.convert_results([(INFORMATION, good), (INFORMATION, strange)], act=act)

        assert good.items == {"氏名": "札幌", "性別": "2", "認定日": "2026-11-01"}
        assert strange.items == {"性別": "8", "認定日": "5081301"}
        assert {one.item for one in strange.problems} == {"性別", "認定日"}

    def test_codes_without_a_counterpart_are_counted(self):
        said = definition("result", fields=[FIELDS[1] | {"code_map": "theirs"}])
        tables = Tables({"sex": frozenset("12")}, {"theirs": CodeMap({"M": "1"}, {"1": "M"})})
        messages = [conversion.Message({"性別": code}) for code in ("M", "X", "X")]
        unmapped = conversion.convert_inward(messages, parse_layout(said), tables)

        assert [message.items["性別"] for message in messages] == ["1", "X", "X"]
        assert [(one.code, one.count) for one in unmapped] == [("X", 2)]


GROUPED = [
    *FIELDS,
    {"name": "paid_on", "label": "支払日", "type": "DATE", "length": 10, "date_form": "gyymmdd"},
    {"name": "payee", "label": "氏名", "type": "N", "length": 20, "characters": "jisx0208"},
    {"name": "payee_sex", "label": "性別", "type": "X", "length": 1, "codes": "sex"},
]
for one in GROUPED[3:]:
    one["group"] = "支払"


class TestRepeatingGroups:
    def test_of_copies_are_converted_row_by_row(self, act):
        in_force("copy", fields=GROUPED)
        rows = [
            {"支払日": "2026-11-10", "氏名": "𠮷田"},
            {"支払日": None, "氏名": "札幌", "他": "1"},
        ]
        counts = accept(act, 氏名="札幌", 支払=rows)

        assert (counts.changed, counts.errors) == (1, 0)
        assert Copy.objects.get().items["支払"] == [
            {"支払日": "5081110", "氏名": "吉田"},
            {"支払日": None, "氏名": "札幌", "他": "1"},
        ]
        (loss,) = ConversionLoss.objects.all()
        assert (loss.item, loss.original) == ("支払の1件目 氏名", "𠮷")

    def test_name_the_row_that_does_not_fit(self, act):
        in_force("copy", fields=GROUPED)
        rows = [{"性別": "1"}, {"性別": "7"}]
        assert accept(act, 氏名="札幌", 支払=rows).errors == 1

        error = CopyError.objects.get()
        assert error.item == "性別"
        assert error.reason.startswith("支払の2件目: ")
        one = UnmappedCode.objects.get()
        assert (one.table_code, one.code, one.item) == ("sex", "7", "性別")

    def test_of_results_become_our_codes_and_days(self, act):
        in_force("result", fields=GROUPED)
        message = conversion.Message(
            {"性別": "2", "支払": [{"支払日": "5081110"}, {"支払日": "5081399"}]}
        )
        layouts.convert_results([(INFORMATION, message)], act=act)

        assert message.items["支払"] == [{"支払日": "2026-11-10"}, {"支払日": "5081399"}]
        assert [one.item for one in message.problems] == ["支払日"]

    def test_of_a_message_without_them_are_nothing(self, act):
        in_force("result", fields=GROUPED)
        messages = [conversion.Message(items) for items in ({}, {"支払": None}, {"支払": []})]
        layouts.convert_results([(INFORMATION, one) for one in messages], act=act)
        assert [one.problems for one in messages] == [[], [], []]

    def test_stand_in_messages_only(self):
        said = {**definition("copy"), "form": "json", "fields": GROUPED}
        faults = definition_faults(said)
        assert {(one.row, one.column) for one in faults} >= {(4, "group"), (5, "group")}
        assert definition_faults(definition("copy", fields=GROUPED)) == []


def test_nothing_is_noted_where_nothing_is_unknown(act):
    in_force("copy")
    accept(act, 氏名="札幌", 性別="1")
    assert not UnmappedCode.objects.exists()
    assert not ConversionLoss.objects.exists()


def _of(act, staff):
    return replace(act, staff=staff)


def _later(act):
    return replace(act, at=act.at + timedelta(days=1))

"""移行 and 付番 by file: old numbers survive, what contradicts is named by row, the same again changes nothing."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from integrated_address import selectors, services
from integrated_address.models import (
    AddresseeChange,
    BusinessNumber,
    IndividualNumber,
    IntegratedAddressee,
    Merge,
)
from integrated_address.rules import FIRST_SERIAL, integrated_number
from sapporo_base import layouts
from sapporo_base.models import BatchRun, LinkageRecord, RejectedRow
from tests.factories import fictitious_individual_number, system
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db
OLD = "000000000000012"
OTHER = "000000000000029"


def a_file(tmp_path, layout, *rows):
    path = tmp_path / f"{layout}.csv"
    with path.open("wb") as stream:
        written = layouts.write_records(stream, layouts.load_layout(layout), rows)
    assert written.rows == len(rows), written
    return path


def old(number=OLD, serial=1, business="N1", code="024-000", **more):
    return {
        "integrated_number": number,
        "system_code": code,
        "business_number": business,
        "individual_number": fictitious_individual_number(serial) if serial else "",
        "name": "札幌　花子",
        "name_kana": "サッポロ　ハナコ",
        "born_on": "1990-04-05",
        "sex": "2",
        "residential_address": "札幌市中央区",
        "resident_state": "1",
        "has_flag": "1",
        "code_acquired": "1",
        "valid_from": "2017-07-01",
        **more,
    }


def rejected():
    return {
        row: (item, reason)
        for row, item, reason in RejectedRow.objects.values_list("row_number", "item", "reason")
    }


def scans():
    """How often this transaction read a whole table of 団体内統合宛名 so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(seq_scan) FROM pg_stat_xact_user_tables"
            " WHERE relname LIKE 'integrated_address_%'"
        )
        return cursor.fetchone()[0]


class TestImport:
    def bring(self, tmp_path, act, *rows, dry_run=False):
        path = a_file(tmp_path, "integrated_numbers", *rows)
        return services.import_numbers(path=path, act=act, dry_run=dry_run)

    def test_old_numbers_survive_with_links_periods_and_codes(self, tmp_path, act):
        self.bring(
            tmp_path,
            act,
            old(),
            old(business="J1", code="027-000", has_flag="0", valid_until="2020-04-01"),
        )

        assert IntegratedAddressee.objects.get().pk == OLD
        assert selectors.code_states_of([OLD]) == {OLD: "acquired"}
        links = BusinessNumber.objects.order_by("number")
        assert [(one.number, one.valid_from, one.valid_until) for one in links] == [
            ("J1", date(2017, 7, 1), date(2020, 4, 1)),
            ("N1", date(2017, 7, 1), None),
        ]
        assert not AddresseeChange.objects.exists()

    def test_the_platform_is_told_of_whom_it_has_no_code(self, tmp_path, act):
        self.bring(tmp_path, act, old(code_acquired="0"), old(OTHER, 2, "N2"))

        assert [one.integrated_numbers for one in AddresseeChange.objects.all()] == [[OLD]]

    def test_an_end_that_lies_ahead_has_not_come(self, tmp_path, act):
        receipt = self.bring(
            tmp_path,
            act,
            old(valid_until="9999-12-31"),
            old(OTHER, 2, "N2", valid_until=act.day.isoformat()),
        )

        assert receipt.counts["有効終了年月日が先のため、終了していない紐付"] == 1
        until = dict(BusinessNumber.objects.values_list("number", "valid_until"))
        assert until == {"N1": None, "N2": act.day}

    def test_a_number_that_passes_on_later_is_named_and_not_stored_twice(self, tmp_path, act):
        self.bring(
            tmp_path,
            act,
            old(valid_until="2027-04-01"),
            old(OTHER, 2, "N1", valid_from="2027-04-01"),
        )

        assert {row: item for row, (item, _) in rejected().items()} == {
            1: "業務番号",
            2: "業務番号",
        }

    def test_a_number_that_was_given_here_to_somebody_else_is_named(self, tmp_path, act):
        here = numbered(act, number="K1", code="024-000", serial=None).integrated_number
        stranger = {"name": "小樽　次郎", "born_on": "1971-01-01"}
        self.bring(
            tmp_path,
            act,
            old(here, None, "N7", **stranger),
            old(here, None, "N8", name="小樽　花子"),
        )

        assert "氏名も生年月日も異なる方" in rejected()[1][1]
        assert set(rejected()) == {1}
        assert BusinessNumber.objects.get(number="N8").addressee_id == here

    def test_new_numbers_are_drawn_beyond_those_that_were_brought(self, tmp_path, act):
        brought = integrated_number(FIRST_SERIAL + 5_000)
        self.bring(tmp_path, act, old(brought))

        assert numbered(act, serial=9).integrated_number > brought

    def test_a_known_person_is_linked_to_the_old_number(self, tmp_path, act):
        self.bring(tmp_path, act, old())

        result = numbered(act, number="J5", code="027-000", serial=1)
        assert (result.integrated_number, result.is_linked) == (OLD, True)

    def test_the_same_file_again_changes_nothing(self, tmp_path, act):
        rows = (old(), old(business="J1", code="027-000", has_flag="0"), old(OTHER, None, "N2"))
        self.bring(tmp_path, act, *rows)
        again = self.bring(tmp_path, act, *rows)

        assert (again.rejected, set(list(again.counts.values())[:3])) == (0, {0})
        assert (BusinessNumber.objects.count(), IndividualNumber.objects.count()) == (3, 1)

    def test_no_table_is_read_once_for_each_row(self, tmp_path, act):
        # Into empty tables, as a migration goes, with links that have ended.
        rows = [
            old(f"9{serial:014}", serial, f"N{serial}", valid_until="2025-03-31", has_flag="0")
            for serial in range(1, 301)
        ]
        before = scans()
        services.import_numbers(path=a_file(tmp_path, "integrated_numbers", *rows), act=act)
        assert BusinessNumber.objects.count() == len(rows)
        assert scans() - before < len(rows) / 3

    def test_a_rehearsal_says_the_same_and_stores_nothing(self, tmp_path, act):
        brought = integrated_number(FIRST_SERIAL + 700_000)
        receipt = self.bring(tmp_path, act, old(brought), old(OTHER, 1, "N2"), dry_run=True)

        assert receipt.rejected == 2
        assert "別の団体内統合宛名番号にもある(1・2行)" in receipt.rejects[0].reason
        assert not IntegratedAddressee.objects.exists()
        run = BatchRun.objects.get(pk=receipt.batch_number)
        assert (run.kind, run.state) == ("import_numbers_rehearsal", "rehearsed")
        assert run.report["sections"][0]["rows"] == [list(one) for one in receipt.rejects]
        assert not RejectedRow.objects.exists()
        assert numbered(act, serial=9).integrated_number < brought

    @pytest.mark.parametrize(
        ("rows", "row", "item", "words"),
        [
            ([old(), old(OTHER, 1, "N2")], 2, "個人番号", "別の団体内統合宛名番号にもある(1・2行)"),
            ([old(), old(OLD, 2, "N2")], 1, "個人番号", "異なる個人番号がある(1・2行)"),
            ([old(), old(OTHER, 2, "N1")], 2, "業務番号", "重複している(1行)"),
            ([old("1000000000000" + "19")], 1, "団体内統合宛名番号", "検査数字"),
            ([old("12345")], 1, "団体内統合宛名番号", "15桁の数字ではない"),
            ([old(code="019-000")], 1, "業務ID", "登録されていない"),
            ([old(valid_until="2016-01-01")], 1, "有効終了年月日", "より前"),
        ],
    )
    def test_what_contradicts_is_named_by_row(self, tmp_path, act, rows, row, item, words):
        self.bring(tmp_path, act, *rows)

        assert rejected()[row][0] == item
        assert words in rejected()[row][1]

    def test_nobody_is_merged_and_who_is_known_otherwise_is_named(self, tmp_path, act):
        numbered(act, serial=1)
        self.bring(tmp_path, act, old())

        assert "登録済みの別の団体内統合宛名番号" in rejected()[1][1]
        assert not IntegratedAddressee.objects.filter(pk=OLD).exists()
        assert not Merge.objects.exists()

    def test_the_same_items_under_two_numbers_are_counted_and_both_stay(self, tmp_path, act):
        receipt = self.bring(tmp_path, act, old(), old(OTHER, None, "N2"))

        assert list(receipt.counts.values())[3] == 1
        assert IntegratedAddressee.objects.count() == 2

    def test_the_command_ends_with_one_where_rows_are_left(self, tmp_path, capsys):
        path = a_file(tmp_path, "integrated_numbers", old(), old(OTHER, 1, "N2"))
        with pytest.raises(CommandError) as ended:
            call_command("import_numbers", path, dry_run=True)

        assert ended.value.returncode == 1
        said = capsys.readouterr().out
        assert "確認のみ(登録内容は変更していません)" in said
        assert fictitious_individual_number(1) not in said


def told(number, serial=None, code="024-000", **more):
    return {
        "system_code": code,
        "business_number": number,
        "individual_number": fictitious_individual_number(serial) if serial else "",
        "name": "札幌　花子",
        "name_kana": "サッポロ　ハナコ",
        "born_on": "1990-04-05",
        "sex": "2",
        "valid_from": "2020-04-01",
        **more,
    }


class TestNumberingByFile:
    def receive(self, tmp_path, act, *rows):
        return services.number_people(
            path=a_file(tmp_path, "business_numbers", *rows), act=act
        ).counts

    def test_known_people_are_linked_and_others_numbered_with_their_periods(self, tmp_path, act):
        person = numbered(act, serial=1).integrated_number
        counts = self.receive(tmp_path, act, told("N1", 1), told("N2", 2))

        assert (counts["付番"], counts["紐付"]) == (1, 1)
        link = BusinessNumber.objects.get(number="N1")
        assert (link.addressee_id, link.valid_from) == (person, date(2020, 4, 1))

    def test_a_system_without_the_right_links_by_the_resident_number(self, tmp_path, act):
        resident = "000000105000006"
        person = numbered(act, number=resident, serial=1).integrated_number
        counts = self.receive(tmp_path, act, told("G1", code="017-000", resident_number=resident))

        assert counts["紐付"] == 1
        assert BusinessNumber.objects.get(number="G1").addressee_id == person

    def test_it_may_not_send_an_individual_number(self, tmp_path, act):
        self.receive(tmp_path, act, told("G1", 1, code="017-000"))

        assert "個人番号を利用できない" in rejected()[1][1]
        assert not BusinessNumber.objects.exists()

    def test_rows_of_one_reason_are_told_as_one(self, tmp_path, act):
        rows = [told(f"G{serial}", serial, code="017-000") for serial in range(1, 8)]
        path = a_file(tmp_path, "business_numbers", told("N9", 9), *rows, told("N9", 9))
        receipt = services.number_people(path=path, act=act)

        often, once = receipt.rejects
        assert (often.item, often.rows, often.first_rows) == ("個人番号", 7, "2、3、4、5、6など")
        assert (once.item, once.rows, once.first_rows) == ("業務宛名番号", 1, "9")
        assert any("7行(2、3、4、5、6など)" in line for line in receipt.lines())

    def test_what_ended_is_closed_and_the_same_file_again_changes_nothing(self, tmp_path, act):
        rows = (told("N1", 1, valid_until="2024-04-01"), told("N2", 2))
        first = self.receive(tmp_path, act, *rows)
        again = self.receive(tmp_path, act, *rows)

        assert (first["付番"], first["終了"]) == (2, 1)
        assert (again["付番"], again["紐付"], again["終了"], again["変更なし"]) == (0, 0, 0, 2)
        assert BusinessNumber.objects.get(number="N1", superseded_at=None).valid_until == date(
            2024, 4, 1
        )

    def test_an_end_that_lies_ahead_has_not_come(self, tmp_path, act):
        counts = self.receive(tmp_path, act, told("N1", 1, valid_until="2099-12-31"))

        assert (counts["終了"], counts["うち終了日が先(まだ終了していない)"]) == (0, 1)
        assert BusinessNumber.objects.get().valid_until is None

    def test_what_people_must_look_at_is_named_and_the_rest_done(self, tmp_path, act):
        numbered(act, number="N1", code="024-000", serial=1)
        numbered(act, number="100", serial=2)
        counts = self.receive(
            tmp_path,
            act,
            told("N1", 2),
            told("N5", 5),
            told("N6", resident_number="000000105000006"),
            told("N5", 6),
        )

        assert counts["付番"] == 1
        reasons = rejected()
        assert reasons.keys() == {1, 3, 4}
        assert "別の方" in reasons[1][1]
        assert reasons[3][0] == "宛名番号"
        assert "既にある(2行)" in reasons[4][1]

    def test_one_number_for_two_people_in_one_file_is_left_to_people(self, tmp_path, act):
        numbered(act, number="N1", code="024-000", serial=None)
        numbered(act, number="N2", code="024-000", serial=None)
        counts = self.receive(tmp_path, act, told("N1", 7), told("N2", 7))

        assert rejected().keys() == {1, 2}
        assert counts["付番"] == 0
        assert not IndividualNumber.objects.exists()

    def test_no_number_is_in_the_record(self, tmp_path, act):
        self.receive(tmp_path, act, told("N1", 1))

        everything = str(list(LinkageRecord.objects.values())) + str(
            list(BatchRun.objects.values())
        )
        assert fictitious_individual_number(1) not in everything


def test_a_number_that_arrives_and_is_known_already_proposes_a_merge(act):
    known = numbered(act, number="100", serial=1).integrated_number
    bare = numbered(act, number="N1", code="024-000", serial=None).integrated_number
    with pytest.raises(services.NumberingDoubtful) as doubtful:
        numbered(act, number="N1", code="024-000", serial=1)

    assert doubtful.value.doubt == services.Doubt.MERGE_PROPOSED
    merge = Merge.objects.get()
    assert {merge.survivor_id, merge.retired_id} == {known, bare}
    assert merge.cause == "individual_number"
    assert system("024-000").code not in doubtful.value.message

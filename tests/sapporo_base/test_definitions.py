"""Layouts, code tables and characters: drafted by one, activated by another, from a day, with their examples."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from sapporo_base import services
from sapporo_base.acts import Act, InvalidRequest, NotNow, NotPermitted
from sapporo_base.layouts import Tables, Unmapped, golden, load_codes, load_layout
from sapporo_base.layouts.golden import shipped_examples
from sapporo_base.layouts.sheets import LAYOUT_COLUMNS, NotASheet, sheet_csv, sheet_rows
from sapporo_base.models import (
    CharacterMap,
    CodeEntry,
    CodeTable,
    CodeTableRevision,
    ConversionLoss,
    GoldenExample,
    Layout,
    LinkageRecord,
    UnmappedCode,
)
from sapporo_base.rules.characters import CharacterSet, shrink
from sapporo_base.selectors import conversions
from tests.conftest import NOON
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
ROWS = [{"receipt": "1", "resident_number": "000000400000727", "name": "札幌　花子", "sex": "2"}]
CODE = "school_daily"


def act_of(staff, at=NOON):
    return Act(at=at, path="admin", staff=staff)


@pytest.fixture
def drafter():
    return StaffFactory(name="起案 太郎")


@pytest.fixture
def decider():
    return StaffFactory(name="承認 花子")


def layout_draft(staff, **changes):
    draft = services.begin_draft(kind=Layout, code=CODE, act=act_of(staff))
    rows = draft.definition["fields"]
    head = {key: value for key, value in draft.definition.items() if key != "fields"}
    return services.save_draft(
        kind=Layout,
        draft_id=draft.pk,
        head=head | changes.pop("head", {}),
        rows=changes.pop("rows", rows),
        name=draft.name,
        remark="相手先の更新",
        valid_from=TODAY + timedelta(days=7),
        act=act_of(staff),
    )


def activated(staff, draft, **options):
    return services.activate_draft(
        kind=type(draft),
        draft_id=draft.pk,
        act=act_of(staff),
        **{"valid_from": TODAY + timedelta(days=7), **options},
    )


class TestFourEyes:
    def test_who_drafted_can_not_activate(self, drafter):
        draft = layout_draft(drafter)
        with pytest.raises(NotPermitted):
            activated(drafter, draft)

    def test_the_database_refuses_it_too(self, drafter):
        draft = layout_draft(drafter)
        with pytest.raises(IntegrityError, match="activated_by_another"), transaction.atomic():
            Layout.objects.filter(pk=draft.pk).update(
                state="active", activated_by=drafter, activated_at=NOON
            )

    def test_who_saved_last_is_the_drafter(self, drafter, decider):
        layout_draft(drafter)
        draft = layout_draft(decider)
        with pytest.raises(NotPermitted):
            activated(decider, draft)
        assert activated(drafter, draft).activated_by == drafter

    def test_what_was_activated_is_never_changed(self, drafter, decider):
        active = activated(decider, layout_draft(drafter))
        with pytest.raises(IntegrityError, match="not changed"), transaction.atomic():
            Layout.objects.filter(pk=active.pk).update(definition={})
        with pytest.raises(IntegrityError, match="not deleted"), transaction.atomic():
            Layout.objects.filter(pk=active.pk).delete()

    def test_the_activation_is_recorded(self, drafter, decider):
        activated(decider, layout_draft(drafter))
        record = LinkageRecord.objects.get(kind="definition_activated")
        assert CODE in record.detail


class TestVersions:
    def test_the_new_one_holds_from_its_day_and_the_old_until_then(self, drafter, decider):
        active = activated(decider, layout_draft(drafter))
        on = TODAY + timedelta(days=7)
        assert conversions.version_on(Layout, CODE, day=on - timedelta(days=1)).version == 1
        assert conversions.version_on(Layout, CODE, day=on) == active

    def test_a_draft_is_used_by_nobody(self, drafter):
        layout_draft(drafter)
        assert conversions.version_on(Layout, CODE, day=date(2030, 1, 1)).version == 1

    def test_there_is_one_draft_at_a_time(self, drafter, decider):
        first = services.begin_draft(kind=Layout, code=CODE, act=act_of(drafter))
        assert services.begin_draft(kind=Layout, code=CODE, act=act_of(decider)) == first

    def test_one_does_not_begin_in_the_past(self, drafter, decider):
        with pytest.raises(InvalidRequest):
            activated(decider, layout_draft(drafter), valid_from=TODAY - timedelta(days=1))

    def test_a_release_does_not_take_back_what_staff_decided(self, drafter, decider):
        draft = layout_draft(drafter, head={"header": False})
        activated(decider, draft)
        services.load_reference_data()
        services.load_reference_data()
        on = TODAY + timedelta(days=7)
        assert conversions.version_on(Layout, CODE, day=on).version == 2
        assert conversions.version_on(Layout, CODE, day=TODAY).valid_until == on

    def test_a_faulty_draft_is_saved_and_not_activated(self, drafter, decider):
        draft = layout_draft(drafter, rows=[{"name": "x", "label": "", "type": "?", "length": "a"}])
        faults = conversions.definition_faults(Layout, draft.definition, day=TODAY)
        assert {(one.row, one.column) for one in faults} >= {
            (1, "label"),
            (1, "type"),
            (1, "length"),
        }
        with pytest.raises(NotNow, match="誤りが"):
            activated(decider, draft)

    def test_the_difference_names_the_item(self, drafter):
        before = Layout.objects.get(code=CODE, version=1)
        rows = [dict(one) for one in before.definition["fields"]]
        rows[7]["length"] = 50
        draft = layout_draft(drafter, rows=rows)
        old, new = conversions.compared(Layout, before.definition, draft.definition)
        changed = {label for label in old if old[label] != new.get(label)}
        assert changed == {"項目 name"}


class TestGoldenExamples:
    def example(self, staff):
        layout = Layout.objects.get(code=CODE, version=1)
        return services.add_golden_example(
            layout_id=layout.pk, name="花子", rows=ROWS, act=act_of(staff)
        )

    def test_that_are_met_let_a_version_pass(self, drafter, decider):
        self.example(drafter)
        draft = layout_draft(drafter)
        assert conversions.broken_examples(draft, day=draft.valid_from) == []
        assert activated(decider, draft).broken_examples == 0

    def test_that_are_broken_need_a_reason_and_are_renewed_with_it(self, drafter, decider):
        old = self.example(drafter)
        draft = layout_draft(drafter, head={"header": False})
        with pytest.raises(NotNow, match="花子"):
            activated(decider, draft)
        active = activated(decider, draft, broken_reason="見出し行をやめるため")
        assert (active.broken_examples, active.broken_reason) == (1, "見出し行をやめるため")
        old.refresh_from_db()
        new = GoldenExample.objects.get(name="花子", valid_until=None)
        assert old.valid_until == new.valid_from == active.valid_from
        assert bytes(new.expected) != bytes(old.expected)
        assert conversions.broken_examples(active, day=active.valid_from) == []

    def test_the_database_wants_the_reason_too(self, drafter):
        draft = layout_draft(drafter)
        with pytest.raises(IntegrityError, match="for_a_reason"), transaction.atomic():
            Layout.objects.filter(pk=draft.pk).update(broken_examples=1)

    def test_hold_nobodys_number(self, drafter):
        layout = Layout.objects.get(code="insurer_daily")
        with pytest.raises(InvalidRequest, match="個人番号"):
            services.add_golden_example(
                layout_id=layout.pk,
                name="番号",
                rows=[{"individual_number": "999900000017"}],
                act=act_of(drafter),
            )

    def test_the_command_names_the_one_that_differs(self, drafter, capsys):
        call_command("check_golden_files")
        assert "一致しました" in capsys.readouterr().out
        example = self.example(drafter)
        GoldenExample.objects.filter(pk=example.pk).update(expected=b"other")
        with pytest.raises(CommandError, match="花子"):
            call_command("check_golden_files")

    @pytest.mark.parametrize(
        "example", list(shipped_examples()), ids=lambda one: f"{one.layout}-{one.name}"
    )
    def test_that_came_with_the_product_are_met(self, example):
        layout = load_layout(example.layout)
        tables = Tables(load_codes(layout.tables))
        assert golden.broken_by(layout, example.rows, example.expected, tables) == ""


def code_draft(staff, entries, *, code="their_sex", stands_for="sex"):
    draft = services.begin_draft(
        kind=CodeTableRevision,
        code=code,
        name="相手先の性別",
        definition={"source": "", "stands_for": stands_for, "entries": []},
        act=act_of(staff),
    )
    return services.save_draft(
        kind=CodeTableRevision,
        draft_id=draft.pk,
        head={"source": "相手先仕様書", "stands_for": stands_for},
        rows=entries,
        name=draft.name,
        remark="",
        valid_from=TODAY,
        act=act_of(staff),
    )


THEIRS = [
    {"code": "M", "name": "男性", "counterpart": "1"},
    {"code": "F", "name": "女性", "counterpart": "2"},
    {"code": "W", "name": "女性(旧)", "counterpart": "2", "direction": "inward"},
]


class TestCodeTables:
    def test_convert_both_ways_from_their_day(self, drafter, decider):
        activated(decider, code_draft(drafter, THEIRS), valid_from=TODAY)
        layout = conversions.parse_layout(load_layout_definition(codes="sex", code_map="their_sex"))
        tables = conversions.tables_for([layout], day=TODAY)
        mapped = tables.maps["their_sex"]
        assert mapped.inward == {"M": "1", "F": "2", "W": "2"}
        assert mapped.outward == {"1": "M", "2": "F"}
        day_before = conversions.tables_for([layout], day=TODAY - timedelta(days=1))
        assert day_before.maps["their_sex"].inward == {}

    def test_a_revision_ends_what_it_leaves_out_and_keeps_what_stays(self, drafter, decider):
        activated(decider, code_draft(drafter, THEIRS), valid_from=TODAY)
        later = TODAY + timedelta(days=30)
        draft = code_draft(drafter, [*THEIRS[:1], {"code": "F", "name": "女", "counterpart": "2"}])
        activated(decider, draft, valid_from=later)
        table = CodeTable.objects.get(code="their_sex")
        spans = {(e.code, e.name, e.valid_from, e.valid_until) for e in table.entries.all()}
        assert ("M", "男性", TODAY, None) in spans
        assert ("F", "女性", TODAY, later) in spans
        assert ("F", "女", later, None) in spans
        assert ("W", "女性(旧)", TODAY, later) in spans

    @pytest.mark.parametrize(
        ("entries", "row", "column"),
        [
            ([{"code": "M", "name": "", "counterpart": "1"}], 1, "name"),
            ([{"code": "M", "name": "男", "counterpart": "7"}], 1, "counterpart"),
            ([THEIRS[0], THEIRS[0]], 2, "code"),
            ([*THEIRS[:2], THEIRS[2] | {"direction": "both"}], 3, "counterpart"),
            ([THEIRS[0] | {"direction": "sideways"}], 1, "direction"),
        ],
    )
    def test_what_is_wrong_is_named_by_row_and_column(self, drafter, entries, row, column):
        draft = code_draft(drafter, entries)
        faults = conversions.definition_faults(CodeTableRevision, draft.definition, day=TODAY)
        assert (row, column) in [(one.row, one.column) for one in faults]

    def test_one_neighbours_code_has_one_meaning_in_the_database(self, drafter, decider):
        activated(decider, code_draft(drafter, THEIRS), valid_from=TODAY)
        table = CodeTable.objects.get(code="their_sex")
        with pytest.raises(IntegrityError, match="one_open_meaning"), transaction.atomic():
            CodeEntry.objects.create(
                table=table, code="M", name="x", counterpart="2", valid_from=date(2030, 1, 1)
            )


def load_layout_definition(**field):
    return {
        "code": "x",
        "name": "x",
        "version": 1,
        "valid_from": "2026-01-01",
        "form": "csv",
        "encoding": "utf-8",
        "fields": [{"name": "sex", "label": "性別", "type": "X", "length": 1, **field}],
    }


class TestUnmappedCodes:
    def note(self, code="X", count=3, **changes):
        unmapped = Unmapped("their_sex", "inward", code, "性別", count, 5)
        services.note_unmapped([unmapped], layout_code="x", place="ファイルa.csv", at=NOON)
        return UnmappedCode.objects.filter(table_code="their_sex")

    def test_are_counted_and_say_where_they_were_met(self):
        self.note()
        (row,) = self.note(count=4)
        assert (row.count, row.place) == (7, "ファイルa.csv 5行目")

    @pytest.mark.parametrize(
        "value", ["999900000017", "９９９９００００００１７", "x" * 21, "a\tb"]
    )
    def test_what_may_be_anything_is_not_kept(self, value):
        (row,) = self.note(value)
        assert value not in row.code

    def test_are_settled_once_they_are_entered(self, drafter, decider):
        self.note("M")
        activated(decider, code_draft(drafter, THEIRS), valid_from=TODAY)
        assert UnmappedCode.objects.get().settled_at == NOON
        self.note("M")
        assert UnmappedCode.objects.get().settled_at is None


class TestLosses:
    def test_lead_back_to_record_item_and_character(self):
        losses = shrink("𠮷田", CharacterSet.CP932).losses
        for _ in range(2):
            services.note_losses(
                [services.LostIn("J1", "氏名", losses)],
                of=["J1"],
                origin="copy",
                layout_code="x",
                layout_version=1,
                system=None,
                act=Act(at=NOON, path="task"),
            )
        (kept,) = conversions.losses_of(origin="copy", record="J1")
        assert (kept.item, kept.position, kept.original, kept.replacement) == (
            "氏名",
            0,
            "𠮷",
            "吉",
        )
        services.note_losses(
            [],
            of=["J1"],
            origin="copy",
            layout_code="x",
            layout_version=1,
            system=None,
            act=Act(at=NOON, path="task"),
        )
        assert not ConversionLoss.objects.exists()


class TestSheets:
    def test_what_is_exported_comes_in_again(self):
        rows = Layout.objects.get(code=CODE).definition["fields"]
        settled = sheet_rows(sheet_csv(rows, LAYOUT_COLUMNS), LAYOUT_COLUMNS)
        assert settled == [{k: v for k, v in row.items() if v not in {"", False}} for row in rows]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"\xff\xfe\x00", "文字として"),
            ("項目名,謎\n".encode(), "謎"),
            ("型\n".encode(), "項目名"),
            ("項目名,識別名\na,b,c\n".encode(), "2行目"),
        ],
    )
    def test_what_is_no_sheet_is_refused_in_words(self, data, words):
        with pytest.raises(NotASheet) as refusal:
            sheet_rows(data, LAYOUT_COLUMNS)
        assert words in refusal.value.reason

    def test_a_dry_run_and_a_faulty_file_change_nothing(self, drafter):
        draft = layout_draft(drafter)
        good = "項目名,識別名,型,桁数\n氏名,name,N,10\n".encode("cp932")
        bad = "項目名,識別名,型,桁数\n氏名,name,N,10\n性別,sex,Q,x\n".encode()
        before = draft.definition
        for data, dry_run, wrong in ((good, True, []), (bad, False, [(2, "type"), (2, "length")])):
            _, faults = services.import_rows(
                kind=Layout, draft_id=draft.pk, data=data, dry_run=dry_run, act=act_of(drafter)
            )
            draft.refresh_from_db()
            assert [(one.row, one.column) for one in faults] == wrong
            assert draft.definition == before
        services.import_rows(
            kind=Layout, draft_id=draft.pk, data=good, dry_run=False, act=act_of(drafter)
        )
        draft.refresh_from_db()
        assert draft.definition["fields"] == [
            {"label": "氏名", "name": "name", "type": "N", "length": 10}
        ]


class TestCharacterMaps:
    def test_replace_what_they_say_from_their_day(self, drafter, decider):
        draft = services.begin_draft(
            kind=CharacterMap,
            code="bank",
            name="銀行",
            definition={"target": "cp932", "entries": [{"from": "髙", "to": "高"}]},
            act=act_of(drafter),
        )
        activated(decider, draft, valid_from=TODAY)
        layout = conversions.parse_layout(load_layout_definition(characters="bank"))
        rules = conversions.tables_for([layout], day=TODAY).characters["bank"]
        assert (rules.target, rules.outward) == (CharacterSet.CP932, {"髙": "高"})

    @pytest.mark.parametrize(
        "entries",
        [
            [],
            [{"from": "髙橋", "to": "高橋"}],
            [{"from": "髙", "to": ""}],
            [{"from": "髙", "to": "髙"}],
            [{"from": "髙", "to": "高"}, {"from": "髙", "to": "コウ"}],
        ],
    )
    def test_what_is_wrong_is_told(self, entries):
        assert conversions.definition_faults(CharacterMap, {"entries": entries}, day=TODAY)


RIGHTS = ("sapporo_base.view_layout", "sapporo_base.draft_layout", "sapporo_base.activate_layout")


class TestPages:
    def page(self, name, *args):
        return reverse(f"admin:sapporo_base_{name}", args=args)

    def test_a_clerk_edits_row_by_row_and_sees_what_is_wrong_at_its_place(self, staff_client):
        client = staff_client(*RIGHTS)
        layout = Layout.objects.get(code=CODE)
        answer = client.get(self.page("layout_draft_next", layout.pk), follow=True)
        draft = Layout.objects.get(code=CODE, state="draft")
        assert answer.status_code == 200
        typed = {
            "name": draft.name,
            "valid_from": "令和8年12月1日",
            "form": "csv",
            "encoding": "utf-8",
            "unit": "characters",
            "newline": "crlf",
            "keys": "name",
            "rows-0-label": "氏名",
            "rows-0-name": "name",
            "rows-0-type": "N",
            "rows-0-length": "１０",
            "rows-0-order": "2",
            "rows-1-label": "性別",
            "rows-1-name": "sex",
            "rows-1-type": "Q",
            "rows-1-length": "1",
            "rows-1-order": "1",
            "rows-2-label": "不要",
            "rows-2-delete": "on",
        }
        answer = client.post(self.page("layout_edit", draft.pk), typed)
        assert "型は" in answer.content.decode()
        draft.refresh_from_db()
        assert [row["name"] for row in draft.definition["fields"]] == ["sex", "name"]
        assert draft.definition["fields"][1]["length"] == 10

        answer = client.post(self.page("layout_edit", draft.pk), typed | {"rows-1-type": "X"})
        assert answer.status_code == 302

    def test_who_drafted_is_told_that_another_must_activate(self, staff_client, drafter):
        draft = layout_draft(drafter)
        for right in RIGHTS:
            app, codename = right.split(".")
            drafter.user_permissions.add(permission(app, codename))
        answer = staff_client(staff=drafter).get(self.page("layout_activate", draft.pk))
        assert "別の職員の確認が必要です" in answer.content.decode()

    def test_the_preview_marks_what_is_lost_and_shows_the_bytes(self, staff_client):
        client = staff_client(*RIGHTS)
        layout = Layout.objects.get(code="insurer_daily")
        answer = client.post(
            self.page("layout_try", layout.pk), {"value-name": "𠮷田", "value-sex": "2"}
        )
        words = answer.content.decode()
        assert "<del>𠮷</del>" in words
        assert "8B 67 93 63" in words

    def test_a_clerk_keeps_a_row_as_an_example(self, staff_client):
        client = staff_client(*RIGHTS, "sapporo_base.add_golden_example")
        layout = Layout.objects.get(code=CODE)
        typed = {f"value-{key}": value for key, value in ROWS[0].items()}
        client.post(
            self.page("layout_try", layout.pk),
            typed | {"_save_example": "1", "example_name": "花子"},
        )
        assert GoldenExample.objects.get().name == "花子"

    def test_who_may_only_look_is_offered_no_change(self, staff_client):
        client = staff_client("sapporo_base.view_layout")
        layout = Layout.objects.get(code=CODE)
        assert client.get(self.page("layout_draft_next", layout.pk)).status_code == 403
        assert (
            "改訂案を作成する"
            not in client.get(self.page("layout_change", layout.pk)).content.decode()
        )

    def test_one_click_leads_from_an_unmapped_code_to_its_form(self, staff_client):
        TestUnmappedCodes().note("99")
        UnmappedCode.objects.update(table_code="sex")
        client = staff_client(
            "sapporo_base.view_unmappedcode",
            "sapporo_base.view_codetable",
            "sapporo_base.view_codetablerevision",
            "sapporo_base.draft_codetablerevision",
        )
        listed = client.get(self.page("unmappedcode_changelist")).content.decode()
        table = CodeTable.objects.get(code="sex")
        url = self.page("codetable_revise", table.pk)
        assert f"{url}?code=99" in listed
        answer = client.get(f"{url}?code=99", follow=True)
        assert 'value="99"' in answer.content.decode()


def permission(app, codename):
    from django.contrib.auth.models import Permission

    return Permission.objects.get(content_type__app_label=app, codename=codename)

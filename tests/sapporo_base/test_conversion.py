"""What a neighbour's file holds and what the city holds are the same thing, in every form and encoding."""

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sapporo_base import layouts
from sapporo_base.layouts import CharacterRules, CodeMap, Tables
from sapporo_base.layouts.definitions import ENCODINGS, WITHOUT_CODEC, definition_faults
from sapporo_base.rules.characters import CharacterSet, ShrinkRule, restored, shrink
from sapporo_base.rules.zengin import zengin_shrunk

DEFINITION = {
    "code": "neighbour",
    "name": "近隣システム",
    "version": 1,
    "valid_from": "2026-01-01",
    "form": "csv",
    "encoding": "utf-8",
    "newline": "\r\n",
    "fields": [
        {"name": "number", "label": "番号", "type": "9", "length": 8, "required": True},
        {"name": "name", "label": "氏名", "type": "N", "length": 40},
        {"name": "memo", "label": "備考", "type": "X", "length": 20},
        {"name": "sex", "label": "性別", "type": "X", "length": 1, "codes": "sex"}
        | {"code_map": "their_sex"},
        {"name": "born_on", "label": "生年月日", "type": "DATE", "length": 40}
        | {"unknown_date": True, "unknown_inline": True, "date_form": "wareki"},
    ],
}
SEX = {"0": "9", "1": "M", "2": "F"}
TABLES = Tables(
    codes={"sex": frozenset(SEX)},
    maps={"their_sex": CodeMap({theirs: ours for ours, theirs in SEX.items()}, SEX)},
)


def layout(**changes):
    return layouts.parse_layout(DEFINITION | changes)


def fields(*names, **changes):
    return [one | changes for one in DEFINITION["fields"] if one["name"] in names]


def written(spec, rows, tables=TABLES, **options):
    stream = io.BytesIO()
    report = layouts.write_records(stream, spec, rows, tables=tables, **options)
    return stream.getvalue(), report


def read(tmp_path, data, spec, tables=TABLES):
    path = tmp_path / "file"
    path.write_bytes(data)
    rows, rejects, unmapped = [], [], []
    for chunk in layouts.open_source(path, spec, tables=tables).chunks():
        names = list(chunk.columns)
        rows += [
            dict(zip(names, cells, strict=True))
            for cells in zip(*chunk.columns.values(), strict=True)
        ]
        rejects += chunk.rejects
        unmapped += chunk.unmapped
    return rows, rejects, unmapped


# What every file encoding of the list holds alike.
SHARED = "札幌市北区あいうアイウー々ヶ"
WIDE = "札幌髙﨑①あアー"
EVERYTHING = "札幌葛\U000e0101𠮷髙﨑あアー"
TEXTS = {
    "utf-8": EVERYTHING,
    "utf-8-sig": EVERYTHING,
    "utf-16": EVERYTHING,
    "utf-16-le": EVERYTHING,
    "utf-16-be": EVERYTHING,
    "cp932": WIDE,
    "shift_jis_2004": "札幌﨑①あアー",
    "euc_jis_2004": "札幌﨑①あアー",
    "euc_jp": SHARED,
}
DAYS = st.one_of(
    st.just({}),
    st.dates(date(1868, 1, 25), date(2099, 12, 31)).map(lambda day: {"born_on": day.isoformat()}),
    st.sampled_from(
        ["昭和２０年頃", "大正10年3月日不詳", "年月日不詳", "昭和20年から昭和22年まで"]
    ).map(lambda words: {"born_on_unknown": "1", "born_on_text": words}),
)


def people(alphabet):
    return st.lists(
        st.builds(
            lambda number, name, memo, sex, day: {
                "number": str(number),
                "name": name,
                "memo": memo.strip(),
                "sex": sex,
                **day,
            },
            st.integers(0, 99_999_999),
            # A variation selector belongs behind its kanji.
            st.lists(st.sampled_from(pieces(alphabet)), max_size=8).map("".join),
            st.text("ABCxyz019 -()ｱｲｳﾞ", max_size=20),
            st.sampled_from(["", *SEX]),
            DAYS,
        ),
        max_size=6,
    )


def pieces(alphabet):
    from sapporo_base.rules.characters import visible_characters

    return visible_characters(alphabet)


def filled(spec, row):
    return {name: row.get(name, "") for name in spec.value_names}


class TestRoundTrips:
    @pytest.mark.parametrize("encoding", sorted(TEXTS))
    @pytest.mark.parametrize("form", ["csv", "fixed", "fixed_bytes"])
    @given(data=st.data())
    @settings(max_examples=10)
    def test_every_row_comes_back_as_it_went(self, tmp_path_factory, form, encoding, data):
        if form == "fixed_bytes" and encoding.startswith("utf-16"):
            return  # refused, see TestDefinitions
        # Full-width words of an 不詳日 are cut out of their place in bytes by half-width blanks.
        changes = {"fixed": {"form": "fixed"}, "csv": {}}.get(
            form, {"form": "fixed", "unit": "bytes"}
        )
        spec = layout(
            encoding=encoding,
            fields=[
                one | ({"length": 160} if one["name"] in {"name", "born_on", "memo"} else {})
                for one in DEFINITION["fields"]
            ],
            **changes,
        )
        rows = data.draw(people(TEXTS[encoding]))
        if not rows and form != "csv":
            return  # an empty file is no file
        rows = rows or [{"number": "1"}]

        content, report = written(spec, rows)
        found, rejects, _ = read(tmp_path_factory.mktemp("round"), content, spec)

        assert (report.unwritten, report.losses, rejects) == ([], [], [])
        assert found == [filled(spec, row) for row in rows]

    @pytest.mark.parametrize(
        ("form", "encoding"),
        [("xml", "utf-8"), ("xml", "utf-16"), ("json", "utf-8"), ("json", "utf-8-sig")],
    )
    @pytest.mark.parametrize("keys", ["name", "label"])
    @given(data=st.data())
    @settings(max_examples=20)
    def test_markup_comes_back_as_it_went(self, tmp_path_factory, form, encoding, keys, data):
        spec = layout(form=form, encoding=encoding, keys=keys)
        rows = data.draw(people(EVERYTHING + "＆＜＞"))
        for row in rows:
            row["memo"] = (row["memo"] + '<&>"')[:20].strip()

        content, report = written(spec, rows)
        found, rejects, _ = read(tmp_path_factory.mktemp("round"), content, spec)

        assert (report.unwritten, rejects) == ([], [])
        assert found == [filled(spec, row) for row in rows]

    @given(st.lists(st.sampled_from(pieces(EVERYTHING + "麴渡邉か゚〜😀")), max_size=12).map("".join))
    def test_what_was_shrunk_leads_back_to_the_original(self, text):
        for target in (CharacterSet.JIS_X_0208, CharacterSet.JIS_X_0213, CharacterSet.CP932):
            shrunk = shrink(text, target, own={"髙": "高", "葛\U000e0101": "クズ"})
            assert restored(shrunk.text, shrunk.losses) == text

    def test_a_report_of_another_text_is_not_taken(self):
        with pytest.raises(ValueError, match="another text"):
            restored("札幌", shrink("𠮷", CharacterSet.CP932).losses)


class TestTrapsOfEncodings:
    def test_the_marks_of_cp932_and_jis_are_the_same_marks(self):
        for encoding, line in (
            ("cp932", "～－∥—"),
            ("euc_jp", "～－∥—"),
            ("shift_jis_2004", "～－∥—"),
        ):
            spec = layout(encoding=encoding, fields=fields("number", "name"))
            content, report = written(spec, [{"number": "1", "name": line}])
            assert report.losses == []
            text = content.decode(encoding).strip().split(",")[1]
            assert text.translate(str.maketrans("～－∥—", "〜−‖―")) == "〜−‖―"

    def test_the_doubles_of_nec_and_ibm_become_one_text_and_one_byte_pair(self, tmp_path):
        spec = layout(encoding="cp932", fields=fields("number", "name"))
        nec, ibm = b"\xed\x40", b"\xfa\x5c"
        rows, rejects, _ = read(tmp_path, b"1," + nec + b"\r\n2," + ibm + b"\r\n", spec)

        assert rejects == []
        assert rows[0]["name"] == rows[1]["name"] == "纊"
        content, _ = written(spec, rows)
        assert content.count(ibm) == 2

    def test_a_bom_is_no_part_of_the_first_item(self, tmp_path):
        spec = layout(fields=fields("number", "name"))
        rows, _, _ = read(tmp_path, "\ufeff1,札幌\r\n".encode(), spec)
        assert rows == [{"number": "1", "name": "札幌"}]

    def test_ebcdic_holds_half_width_kana(self, tmp_path):
        spec = layout(
            form="fixed",
            unit="bytes",
            encoding="cp290",
            newline="",
            fields=fields("number", "memo"),
        )
        content, report = written(spec, [{"number": "12", "memo": "ｻﾂﾎﾟﾛ A1"}, {"number": "3"}])
        assert content[:8] == "      12".encode("cp290") != b"      12"
        assert report.unwritten == []
        assert read(tmp_path, content, spec)[0][0] == {"number": "12", "memo": "ｻﾂﾎﾟﾛ A1"}

    def test_what_the_file_can_not_hold_is_left_out_and_named(self):
        spec = layout(
            form="fixed",
            unit="bytes",
            encoding="cp1047",
            newline="",
            fields=fields("number", "memo"),
        )
        _, report = written(spec, [{"number": "1", "memo": "ｱ"}, {"number": "2", "memo": "A"}])
        assert report.rows == 1
        assert [(one.row, one.item) for one in report.unwritten] == [(1, "memo")]

    @pytest.mark.parametrize("encoding", sorted(WITHOUT_CODEC))
    def test_what_has_no_codec_is_refused_by_name(self, encoding):
        (fault,) = definition_faults(DEFINITION | {"encoding": encoding})
        assert fault.column == "encoding"
        assert WITHOUT_CODEC[encoding] in fault.words

    @pytest.mark.parametrize("encoding", sorted(ENCODINGS))
    def test_what_is_offered_has_a_codec(self, encoding):
        assert "A".encode(encoding)


class TestCodes:
    def test_are_ours_within_and_theirs_in_the_file(self, tmp_path):
        spec = layout()
        content, _ = written(spec, [{"number": "1", "sex": "2"}])
        assert content.decode().split(",")[3] == "F"
        assert read(tmp_path, content, spec)[0][0]["sex"] == "2"

    def test_that_nobody_maps_are_counted_and_named_once(self, tmp_path):
        lines = "".join(f"{n},,,{code},\r\n" for n, code in enumerate(["M", "X", "X", "1", "F"]))
        rows, rejects, unmapped = read(tmp_path, lines.encode(), layout())

        assert len(rows) == 2
        assert [(one.row, one.item, one.code) for one in rejects] == [
            (2, "sex", "E0201"),
            (3, "sex", "E0201"),
            (4, "sex", "E0201"),
        ]
        assert {(one.code, one.direction, one.count, one.row) for one in unmapped} == {
            ("X", "inward", 2, 2),
            ("1", "inward", 1, 4),
        }

    def test_of_ours_without_theirs_leave_their_row_out(self):
        tables = Tables(TABLES.codes, {"their_sex": CodeMap({}, {"1": "M"})})
        _, report = written(layout(), [{"number": "1", "sex": "2"}], tables)
        assert [(one.item, one.code) for one in report.unwritten] == [("sex", "E0201")]
        assert [(one.table, one.direction, one.code) for one in report.unmapped] == [
            ("their_sex", "outward", "2")
        ]


class TestDates:
    @pytest.mark.parametrize(
        ("form", "text"),
        [
            ("compact", "19261225"),
            ("gyymmdd", "3011225"),
            ("points", "S01.12.25"),
            ("wareki", "昭和元年12月25日"),
        ],
    )
    def test_are_written_as_their_reader_wants(self, tmp_path, form, text):
        spec = layout(
            fields=[
                *fields("number"),
                {"name": "on", "label": "日", "type": "DATE", "length": 20, "date_form": form},
            ]
        )
        content, _ = written(spec, [{"number": "1", "on": "1926-12-25"}])
        assert content.decode().strip() == f"1,{text}"
        assert read(tmp_path, content, spec)[0][0]["on"] == "1926-12-25"

    def test_both_eras_of_a_boundary_day_are_that_day(self, tmp_path):
        rows, rejects, _ = read(
            tmp_path, "1,,,,大正15年12月25日\r\n2,,,,昭和元年12月25日\r\n".encode(), layout()
        )
        assert rejects == []
        assert {row["born_on"] for row in rows} == {"1926-12-25"}

    def test_a_word_that_is_neither_a_day_nor_unknown_is_a_reject(self, tmp_path):
        _, rejects, _ = read(tmp_path, "1,,,,昭和99年1月1日\r\n".encode(), layout())
        assert [(one.item, one.code) for one in rejects] == [("born_on", "E0002")]

    def test_a_day_before_the_eras_is_left_out_and_named(self):
        _, report = written(layout(), [{"number": "1", "born_on": "1850-01-01"}])
        assert [(one.item, one.code) for one in report.unwritten] == [("born_on", "E0202")]


class TestCharacters:
    def test_the_own_table_goes_before_the_general_rules(self):
        tables = Tables(
            TABLES.codes, TABLES.maps, {"bank": CharacterRules(CharacterSet.CP932, {"髙": "高"})}
        )
        spec = layout(characters="bank")
        content, report = written(spec, [{"number": "1", "name": "髙橋𠮷"}], tables)

        assert content.decode().split(",")[1] == "高橋吉"
        (lost,) = report.losses
        assert [(one.original, one.rule) for one in lost.losses] == [
            ("髙", ShrinkRule.OWN_TABLE),
            ("𠮷", lost.losses[1].rule),
        ]

    def test_a_gaiji_of_the_sender_becomes_its_character(self, tmp_path):
        tables = Tables(
            TABLES.codes,
            TABLES.maps,
            {"vendor": CharacterRules(None, {"𠮷": "\ue000"}, {"\ue000": "𠮷"})},
        )
        spec = layout(encoding="cp932", characters="vendor", fields=fields("number", "name"))
        rows, _, _ = read(tmp_path, b"1,\xf0\x40\r\n", spec, tables)
        assert rows[0]["name"] == "𠮷"
        assert written(spec, rows, tables)[0] == b"1,\xf0\x40\r\n"

    def test_bank_kana_says_what_can_not_be_read_back(self):
        spec = layout(fields=[*fields("number"), *fields("memo", characters="zengin")])
        content, report = written(
            spec,
            [{"number": "1", "memo": "サッポロ"}, {"number": "2", "memo": "札幌"}],
        )
        assert content.decode() == "1,ｻﾂﾎﾟﾛ\r\n"
        assert [loss.replacement for loss in report.losses[0].losses] == ["ﾂ"]
        assert [(one.row, one.item) for one in report.unwritten] == [(2, "memo")]
        assert zengin_shrunk("ｻﾎﾟ").lossless


class TestMarkup:
    @pytest.mark.parametrize(
        "content",
        [
            "<records><record><number>1</number>",
            "<others/>",
            '<!DOCTYPE r [<!ENTITY a "b">]><records><record><number>&a;</number></record></records>',
            "not xml at all",
        ],
    )
    def test_what_is_no_xml_of_the_layout_is_refused_whole(self, tmp_path, content):
        with pytest.raises(layouts.UnreadableFile):
            read(tmp_path, content.encode(), layout(form="xml"))

    @pytest.mark.parametrize("content", ["{}", "[", '[{"number":"1"}', "[1 2]", "[]x", '["\x00"]'])
    def test_what_is_no_json_array_is_refused_whole(self, tmp_path, content):
        with pytest.raises(layouts.UnreadableFile):
            read(tmp_path, content.encode(), layout(form="json"))

    @pytest.mark.parametrize(
        ("form", "content", "code"),
        [
            ("xml", "<records><record><number>1</number><x>2</x></record></records>", "E0105"),
            (
                "xml",
                "<records><record><number>1</number><number>2</number></record></records>",
                "E0106",
            ),
            ("xml", "<records><record><number><b>1</b></number></record></records>", "E0107"),
            ("xml", "<records><other/></records>", "E0108"),
            ("json", '[{"number":"1","x":"2"}]', "E0105"),
            ("json", '[{"number":["1"]}]', "E0107"),
            ("json", "[1]", "E0108"),
        ],
    )
    def test_a_record_of_another_shape_is_a_reject(self, tmp_path, form, content, code):
        rows, rejects, _ = read(tmp_path, content.encode(), layout(form=form))
        assert rows == []
        assert [(one.row, one.code) for one in rejects] == [(1, code)]

    def test_numbers_of_json_are_read_as_digits(self, tmp_path):
        rows, _, _ = read(
            tmp_path, b'[ {"number": 12},\n {"number":"3", "memo":null} ]', layout(form="json")
        )
        assert [row["number"] for row in rows] == ["12", "3"]


class TestZeros:
    def test_fill_a_number_and_are_no_part_of_it(self, tmp_path):
        spec = layout(form="fixed", fields=fields("number", pad="zero"))
        content, _ = written(spec, [{"number": "12"}, {"number": "0"}])
        assert content == b"00000012\r\n00000000\r\n"
        assert [row["number"] for row in read(tmp_path, content, spec)[0]] == ["12", "0"]


class TestDefinitions:
    @pytest.mark.parametrize(
        ("change", "row", "column"),
        [
            ({"form": "yaml"}, 0, "form"),
            ({"form": "json", "encoding": "cp932"}, 0, "encoding"),
            ({"form": "fixed", "unit": "bytes", "encoding": "utf-16"}, 0, "unit"),
            ({"encoding": "cp290"}, 0, "newline"),
            ({"characters": "no such"}, 0, "characters"),
            ({"fields": fields("number", length="x")}, 1, "length"),
            ({"fields": fields("number", type="Q")}, 1, "type"),
            ({"fields": fields("number", name="番号")}, 1, "name"),
            ({"fields": fields("number", label="")}, 1, "label"),
            ({"fields": fields("number", date_form="iso")}, 1, "date_form"),
            ({"fields": fields("number", code_map="t")}, 1, "codes"),
            ({"fields": fields("number", pad="zero")}, 1, "pad"),
            ({"fields": fields("number", characters="zengin")}, 1, "characters"),
            ({"fields": [*fields("number"), *fields("number")]}, 2, "name"),
        ],
    )
    def test_what_is_wrong_is_named_by_row_and_column(self, change, row, column):
        faults = definition_faults(DEFINITION | change)
        assert (row, column) in [(one.row, one.column) for one in faults]

    def test_a_whole_one_has_no_fault(self):
        assert definition_faults(DEFINITION, tables={"sex", "their_sex"}) == []

    def test_a_table_that_is_not_there_is_named(self):
        assert [(one.row, one.column) for one in definition_faults(DEFINITION, tables={"sex"})] == [
            (4, "code_map")
        ]

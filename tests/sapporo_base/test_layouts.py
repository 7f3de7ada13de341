"""Files by layout: whole or refused, good rows apart from rejects, 個人番号 sealed at once."""

import io
import itertools
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sapporo_base import layouts
from sapporo_base.layouts.decoding import fingerprints
from sapporo_base.layouts.specification import DATA, BadLayout
from sapporo_base.rules.check_digits import individual_number_check_digit

NUMBER = "99990000001" + individual_number_check_digit("99990000001")
CODES = {"sex": frozenset({"0", "1", "2"}), "flag": frozenset({"0", "1"})}
PERSON = {
    "code": "person",
    "name": "試験用の人",
    "version": 1,
    "valid_from": "2026-01-01",
    "form": "csv",
    "encoding": "utf-8",
    "newline": "\r\n",
    "header": True,
    "trailer": True,
    "fields": [
        {"name": "resident_number", "label": "宛名番号", "type": "X", "length": 15}
        | {"required": True, "check": "resident_number"},
        {"name": "individual_number", "label": "個人番号", "type": "X", "length": 12}
        | {"sealed": True, "check": "individual_number"},
        {"name": "name", "label": "氏名", "type": "N", "length": 10, "required": True},
        {"name": "sex", "label": "性別", "type": "X", "length": 1, "codes": "sex"},
        {"name": "born_on", "label": "生年月日", "type": "DATE", "length": 10}
        | {"required": True, "unknown_date": True},
        {"name": "born_on_unknown", "label": "生年月日_不詳フラグ", "type": "X", "length": 1}
        | {"codes": "flag"},
        {"name": "born_on_text", "label": "生年月日_不詳表記", "type": "N", "length": 72},
        {"name": "income", "label": "所得", "type": "S9", "length": 9},
        {"name": "year", "label": "年度", "type": "YEAR", "length": 4},
        {"name": "moved_on", "label": "異動年月日", "type": "DATE", "length": 10},
        {"name": "moved_at", "label": "異動時刻", "type": "TIME", "length": 8},
        {"name": "children", "label": "児童数", "type": "9", "length": 2},
        {"name": "share", "label": "持分", "type": "9V", "length": 5},
    ],
}
PLAIN = {
    "resident_number": "000000000123455",
    "individual_number": NUMBER,
    "name": "札幌　花子",
    "sex": "2",
    "born_on": "1990-02-28",
    "income": "-1200",
    "year": "2026",
    "moved_on": "2026-04-01",
    "moved_at": "09:30:00",
    "children": "2",
    "share": "0.5",
}


def layout(**changes):
    return layouts.parse_layout(PERSON | changes)


def line(**changes):
    row = PLAIN | changes
    return ",".join(row.get(field["name"], "") for field in PERSON["fields"])


HEADER = ",".join(field["label"] for field in PERSON["fields"])


def file_of(*lines, trailer=None, header=HEADER):
    tail = f"T,{len(lines)}" if trailer is None else trailer
    return "".join(one + "\r\n" for one in (header, *lines, tail) if one)


@pytest.fixture
def source_of(tmp_path):
    def make(content, *, spec=None, **options):
        path = tmp_path / "neighbour.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return layouts.open_source(path, spec or layout(), codes=CODES, **options)

    return make


def seal(column):
    return [f"sealed-{sum(map(ord, value))}" for value in column]


def read(source, **options):
    """All good rows as dictionaries, and all rejects."""
    rows, rejects = [], []
    for chunk in source.chunks(seal=seal, **options):
        names = list(chunk.columns)
        rows += [
            dict(zip(names, cells, strict=True))
            for cells in zip(*chunk.columns.values(), strict=True)
        ]
        rejects += chunk.rejects
    return rows, rejects


class TestGoodRows:
    def test_come_as_columns_with_their_row_numbers(self, source_of):
        source = source_of(file_of(line(), line(name="札幌　太郎")))
        (chunk,) = source.chunks(seal=seal)

        assert source.survey.rows == 2
        assert chunk.rows == [1, 2]
        assert chunk.columns["name"] == ["札幌　花子", "札幌　太郎"]
        assert chunk.rejects == []

    def test_have_their_individual_number_sealed(self, source_of):
        rows, _ = read(source_of(file_of(line(), line(individual_number=""))))

        assert [row["individual_number"] for row in rows] == [*seal([NUMBER]), ""]

    def test_are_not_decoded_without_a_seal(self, source_of):
        with pytest.raises(ValueError, match="seal"):
            next(source_of(file_of(line())).chunks())

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
    def test_come_in_every_encoding(self, source_of, encoding):
        content = file_of(line(name="髙橋～"))
        rows, rejects = read(source_of(content.encode(encoding), spec=layout(encoding=encoding)))

        assert rejects == []
        assert rows[0]["name"] == "髙橋～"

    def test_a_byte_order_mark_is_no_part_of_the_first_label(self, source_of):
        rows, _ = read(source_of(b"\xef\xbb\xbf" + file_of(line()).encode()))

        assert len(rows) == 1

    def test_may_be_quoted_and_hold_commas_quotes_and_newlines(self, source_of):
        spec = layout(fields=[*PERSON["fields"][2:3], {**PERSON["fields"][3], "codes": ""}])
        content = '氏名,性別\r\n"札幌，""花""",1\r\n"札幌",","\r\n"札\r\n幌",2\r\nT,3\r\n'
        source = source_of(content, spec=spec)
        rows, rejects = read(source)

        # A half-width quote and a newline are no full-width characters; the rows are whole.
        assert [row["sex"] for row in rows] == [","]
        assert [(reject.row, reject.item) for reject in rejects] == [(1, "name"), (3, "name")]

    def test_unix_newlines_and_empty_lines_at_the_end_do_no_harm(self, source_of):
        content = file_of(line(), line()).replace("\r\n", "\n") + "\n\n\x1a"

        assert len(read(source_of(content))[0]) == 2

    def test_variation_selectors_take_no_width(self, source_of):
        rows, rejects = read(source_of(file_of(line(name="葛\U000e0101" * 10))))

        assert rejects == []
        assert rows[0]["name"] == "葛\U000e0101" * 10

    def test_open_ends_of_a_period_are_understood(self, source_of):
        rows, _ = read(source_of(file_of(line(moved_on="0000-01-01"), line(moved_on="9999-12-31"))))

        assert [row["moved_on"] for row in rows] == ["-infinity", "9999-12-31"]


class TestUnknownDates:
    def test_keep_their_words_and_invent_no_day(self, source_of):
        rows, rejects = read(
            source_of(
                file_of(
                    line(born_on="", born_on_unknown="1", born_on_text="昭和２０年頃"),
                    line(born_on="1945-00-00", born_on_unknown="1", born_on_text="昭和２０年頃"),
                    line(born_on="2013-02-29", born_on_unknown="1", born_on_text="推定"),
                )
            )
        )

        assert rejects == []
        assert [row["born_on"] for row in rows] == ["", "", ""]
        assert rows[0]["born_on_text"] == "昭和２０年頃"

    @pytest.mark.parametrize(
        ("changes", "code", "item"),
        [
            ({"born_on": "", "born_on_unknown": "1"}, "E0004", "born_on"),
            ({"born_on_text": "昭和２０年頃"}, "E0004", "born_on"),
            ({"born_on": ""}, "E0001", "born_on"),
            ({"born_on": "1945-00-00"}, "E0002", "born_on"),
            ({"born_on": "頃", "born_on_unknown": "1", "born_on_text": "頃"}, "E0002", "born_on"),
        ],
    )
    def test_need_flag_and_words_together(self, source_of, changes, code, item):
        rows, rejects = read(source_of(file_of(line(), line(**changes))))

        assert len(rows) == 1
        assert [(one.row, one.code, one.item) for one in rejects] == [(2, code, item)]


CORRELATIONS = [
    {"item": "born_on", "when": {"sex": ["1", "2"]}, "required": True, "reason": "いつか"},
    {"item": "moved_at", "when": {"moved_on": ["2026-04-02"]}, "required": True, "reason": "何時"},
    {"item": "moved_on", "not_before": "born_on", "reason": "出生前"},
    {"item": "year", "when": {"children": [""]}, "equals": "share", "reason": "相違"},
]


class TestCorrelations:
    """What must hold between the items of a row, as the layout states it."""

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"sex": "0", "moved_on": "2026-04-02"},
            {"born_on": "", "born_on_unknown": "1", "born_on_text": "年月日不詳"},
            {"moved_on": "1990-02-28"},
            {"moved_on": "", "moved_at": ""},
            {"children": "", "share": "2026"},
            {"children": "", "year": ""},
        ],
    )
    def test_hold(self, source_of, changes):
        spec = layout(correlations=CORRELATIONS)
        rows, rejects = read(source_of(file_of(line(**changes)), spec=spec))

        assert len(rows) == 1
        assert rejects == []

    @pytest.mark.parametrize(
        ("changes", "item", "reason"),
        [
            ({"moved_on": "2026-04-02", "moved_at": ""}, "moved_at", "何時"),
            ({"moved_on": "1990-02-27"}, "moved_on", "出生前"),
            ({"children": ""}, "year", "相違"),
        ],
    )
    def test_are_broken_in_one_row_alone(self, source_of, changes, item, reason):
        spec = layout(correlations=CORRELATIONS)
        rows, rejects = read(source_of(file_of(line(), line(**changes), line()), spec=spec))

        assert len(rows) == 2
        assert [(one.row, one.item, one.code, one.reason) for one in rejects] == [
            (2, item, "E0004", reason)
        ]

    def test_come_after_what_is_wrong_with_the_item_itself(self, source_of):
        spec = layout(correlations=CORRELATIONS)
        _, rejects = read(source_of(file_of(line(moved_on="1990-02-30")), spec=spec))

        assert [one.code for one in rejects] == ["E0002"]


class TestRejects:
    @pytest.mark.parametrize(
        ("changes", "item", "code"),
        [
            ({"resident_number": ""}, "resident_number", "E0001"),
            ({"resident_number": "000000000123456"}, "resident_number", "E0002"),
            ({"resident_number": "123455"}, "resident_number", "E0002"),
            ({"resident_number": "０００００００００１２３４５５"}, "resident_number", "E0002"),
            ({"individual_number": NUMBER[:-1] + "x"}, "individual_number", "E0002"),
            ({"name": ""}, "name", "E0001"),
            ({"name": "札幌 花子"}, "name", "E0002"),
            ({"name": "ｻｯﾎﾟﾛ"}, "name", "E0002"),
            ({"name": "札\ufffd"}, "name", "E0002"),
            ({"name": "札幌" * 6}, "name", "E0003"),
            ({"sex": "9"}, "sex", "E0002"),
            ({"born_on": "1990-02-29"}, "born_on", "E0002"),
            ({"born_on": "19900228"}, "born_on", "E0002"),
            ({"moved_on": "令和８年"}, "moved_on", "E0002"),
            ({"income": "1,5"[:1] + "x"}, "income", "E0002"),
            ({"income": "1234567890"}, "income", "E0003"),
            ({"year": "26"}, "year", "E0002"),
            ({"moved_at": "24:00:00"}, "moved_at", "E0002"),
            ({"children": "-1"}, "children", "E0002"),
            ({"share": ".5"}, "share", "E0002"),
        ],
    )
    def test_name_the_row_the_item_and_the_reason(self, source_of, changes, item, code):
        rows, rejects = read(source_of(file_of(line(), line(**changes), line())))

        assert len(rows) == 2
        (reject,) = rejects
        assert (reject.row, reject.item, reject.code) == (2, item, code)
        assert reject.label == layout().by_name[item].label
        assert reject.reason

    def test_minus_takes_no_width(self, source_of):
        assert len(read(source_of(file_of(line(income="-123456789"))))[0]) == 1

    def test_count_a_row_once_and_list_its_further_faults(self, source_of):
        _, rejects = read(source_of(file_of(line(name="", sex="x", year="1"))))

        (reject,) = rejects
        assert reject.item == "name"
        assert [item for item, _, _ in reject.more] == ["sex", "year"]

    @pytest.mark.parametrize(
        "wrong",
        [
            line()[:40],
            line() + ",",
            '"' + line(),
            line(individual_number="", name=NUMBER),
            line(individual_number=NUMBER[:11] + str((int(NUMBER[11]) + 1) % 10)),
            line(individual_number="", resident_number=NUMBER),
            line(resident_number="") + "," + NUMBER,
            NUMBER,
            f"{NUMBER[:4]}-{NUMBER[4:8]}-{NUMBER[8:]}",
        ],
    )
    def test_hide_every_individual_number_wherever_it_stands(self, source_of, wrong):
        rows, rejects = read(source_of(file_of(line(), wrong, line())))

        assert len(rows) == 2
        assert [reject.row for reject in rejects] == [2]
        assert NUMBER not in repr(rejects)
        assert NUMBER[:11] not in repr(rejects)
        assert NUMBER[:8] not in rejects[0].raw.replace("-", "")

    def test_never_repeat_a_value_in_the_reason(self, source_of):
        _, rejects = read(source_of(file_of(line(name="札幌花子です"[:3] + "ABC"))))

        assert "札幌" not in rejects[0].reason

    def test_a_quote_that_nobody_closes_costs_one_row(self, source_of):
        lines = [line() for _ in range(60)]
        lines[5] = line().replace("札幌　花子", '"札幌')
        rows, rejects = read(source_of(file_of(*lines)))

        assert len(rows) == 59
        assert [(reject.row, reject.code) for reject in rejects] == [(6, "E0102")]

    @given(st.text(max_size=60).filter(lambda text: not set(text) & set("\r\n\x1a\0")))
    @settings(max_examples=200)
    def test_whatever_stands_in_a_row_the_others_are_read(self, tmp_path_factory, text):
        path = tmp_path_factory.mktemp("any") / "any.csv"
        text = text.encode("utf-8", "replace").decode()
        path.write_bytes(file_of(line(), text, line()).encode())
        if not text.strip(" ") or text.count('"') % 2:
            return
        rows, rejects = read(layouts.open_source(path, layout(), codes=CODES))

        assert len(rows) == 2
        assert [reject.row for reject in rejects] == [2]


class TestWholeFileFaults:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "空"),
            (file_of(line(), trailer=""), "切れている"),
            (file_of(line(), line())[:-30], "切れている"),
            (file_of(line(), trailer="T,2"), "欠けている"),
            (file_of(line(), trailer="T,0"), "1件ある"),
            (file_of(line(), header=HEADER.replace("性別", "性")), "「性別」"),
            (file_of(line(), header=",".join(reversed(HEADER.split(",")))), "順"),
            (file_of(line(), header=""), "項目が違う"),
            (file_of(line(), header="あ,い"), "ほか10項目"),
            ("\r\n" * 3, "見出し"),
            (file_of(line()).encode("cp932"), "文字コードが違う"),
            (file_of(line()).encode("utf-16"), "UTF-16である"),
            (file_of(line()).encode() + b"\xff\xfe\xfd", "文字コードが違う"),
            (b"PK\x03\x04" + b"x" * 100, "テキストファイルではない"),
            (b"\x00\x01\x02" * 100, "テキストファイルではない"),
            (b"%PDF-1.7 ...", "テキストファイルではない"),
        ],
    )
    def test_are_told_in_one_clear_sentence_before_anything_is_read(
        self, source_of, content, reason
    ):
        with pytest.raises(layouts.UnreadableFile, match=reason):
            source_of(content)

    def test_the_true_encoding_is_named_where_it_can_be_told(self, source_of):
        with pytest.raises(layouts.UnreadableFile, match="でなくUTF-8である"):
            source_of(file_of(line()).encode(), encoding="cp932")

    def test_a_missing_file_is_one_too(self, tmp_path):
        with pytest.raises(layouts.UnreadableFile, match="ファイルがない"):
            layouts.open_source(tmp_path / "none.csv", layout(), codes=CODES)

    def test_a_header_and_a_trailer_alone_are_a_file_without_rows(self, source_of):
        source = source_of(file_of())

        assert source.survey.rows == 0
        assert read(source) == ([], [])

    def test_an_empty_line_between_rows_is_a_reject_not_an_end(self, source_of):
        rows, rejects = read(
            source_of(
                file_of(line(), "", line(), trailer="T,3").replace(
                    line() + "\r\n" + line(), line() + "\r\n\r\n" + line()
                )
            )
        )

        assert len(rows) == 2
        assert [(one.row, one.code) for one in rejects] == [(2, "E0101")]


class TestChunks:
    def test_reading_goes_on_from_any_chunk(self, source_of):
        content = file_of(*(line(children=str(at % 100)) for at in range(25)))
        source = source_of(content, chunk_rows=10)
        chunks = list(source.chunks(seal=seal))

        assert [(chunk.number, chunk.rows[0], len(chunk.rows)) for chunk in chunks] == [
            (0, 1, 10),
            (1, 11, 10),
            (2, 21, 5),
        ]
        resumed = list(source.chunks(seal=seal, start=1))
        assert [(one.rows, one.columns) for one in resumed] == [
            (one.rows, one.columns) for one in chunks[1:]
        ]

    @pytest.mark.parametrize("chunk_rows", range(1, 8))
    def test_a_record_of_several_lines_stays_whole_wherever_a_chunk_ends(
        self, source_of, chunk_rows
    ):
        several = line(name='"札幌\r\n花子"')
        content = file_of(line(), several, line(), several, line())
        source = source_of(content, chunk_rows=chunk_rows)
        chunks = list(source.chunks(seal=seal))

        assert [row for chunk in chunks for row in chunk.rows] == [1, 3, 5]
        assert [one.row for chunk in chunks for one in chunk.rejects] == [2, 4]

    def test_chosen_rows_are_read_as_in_the_whole(self, source_of):
        content = file_of(*(line(children=str(at % 100)) for at in range(25)), "broken")
        source = source_of(content, chunk_rows=10)
        some = list(source.map(rows_of, seal=seal, rows=[3, 12, 14, 26]))

        assert some == [(0, [3], []), (1, [12, 14], []), (2, [], [26])]

    def test_a_line_is_the_record_without_individual_number_and_a_fingerprint_knows_it_again(
        self, source_of
    ):
        rows = [line(individual_number=""), line(), line(name='"，"')]
        source = source_of(file_of(*rows))
        (chunk,) = source.map(itself, seal=seal, fingerprint_key=b"k" * 32)
        (again,) = source.map_records(itself)

        assert chunk.lines == [
            rows[0],
            rows[1].replace(NUMBER, ""),
            line(individual_number="", name="，"),
        ]
        assert chunk.fingerprints == list(fingerprints(again.records, b"k" * 32))
        assert len(set(chunk.fingerprints)) == 3
        assert chunk.fingerprints != list(fingerprints(again.records, b"q" * 32))

    def test_under_other_codes_rows_are_judged_by_something_else(self):
        less = CODES | {"sex": frozenset({"1", "2"})}

        assert layouts.judged_by(layout(), CODES) == layouts.judged_by(layout(), dict(CODES))
        assert layouts.judged_by(layout(), CODES) != layouts.judged_by(layout(), less)

    def test_copy_text_is_what_postgresql_reads(self, source_of):
        rows = [line(sex="", moved_on=""), line(share="")]
        (chunk,) = source_of(file_of(*rows)).chunks(seal=lambda column: ["a\tb\\c"] * len(column))

        assert chunk.copy_text(["name", "sex", "individual_number"], with_row=True).decode() == (
            "1\t札幌　花子\t\ta\\tb\\\\c\n2\t札幌　花子\t2\ta\\tb\\\\c\n"
        )

    @pytest.mark.slow
    def test_two_processes_give_what_one_gives(self, source_of):
        content = file_of(*(line(children=str(at % 100)) for at in range(95)), "broken")
        source = source_of(content, chunk_rows=10)
        one = list(source.map(digest_of, seal=seal))

        assert list(source.map(digest_of, seal=seal, processes=2)) == one
        assert sum(good for good, _, _ in one) == 95
        assert list(source.map(digest_of, seal=seal, processes=2, start=3)) == one[3:]


def rows_of(chunk):
    return chunk.number, chunk.rows, [one.row for one in chunk.rejects]


def itself(chunk):
    return chunk


def digest_of(chunk):
    return len(chunk.rows), chunk.copy_text(list(chunk.columns)), len(chunk.rejects)


def test_a_preview_shows_rows_and_faults_but_no_individual_number(source_of):
    shown = layouts.preview(source_of(file_of(line(), line(sex="x"), line())), rows=2)

    assert shown.labels[0] == "宛名番号"
    assert len(shown.rows) == 2
    assert [reject.row for reject in shown.rejects] == [2]
    assert NUMBER not in repr(shown)


FIXED_FIELDS = [
    {"name": "number", "label": "番号", "type": "9", "length": 6, "required": True},
    {"name": "name", "label": "氏名", "type": "N", "length": 20},
    {"name": "kana", "label": "カナ", "type": "X", "length": 12},
    {"name": "born_on", "label": "生年月日", "type": "DATE", "length": 8},
    {"name": "amount", "label": "金額", "type": "S9", "length": 10},
]


def fixed(**changes):
    return layouts.parse_layout(
        PERSON
        | {"form": "fixed", "header": False, "encoding": "cp932", "unit": "bytes"}
        | {"fields": FIXED_FIELDS}
        | changes
    )


class TestFixedLength:
    @pytest.mark.parametrize(
        ("unit", "encoding"),
        [("bytes", "cp932"), ("characters", "cp932"), ("characters", "utf-8"), ("bytes", "utf-8")],
    )
    @pytest.mark.parametrize("newline", ["\r\n", ""])
    def test_rows_survive_the_file(self, source_of, unit, encoding, newline):
        spec = fixed(unit=unit, encoding=encoding, newline=newline)
        rows = [
            {"number": "12", "name": "札幌花子", "kana": "ｻﾂﾎ", "born_on": "1990-02-28"},
            {"number": "3", "name": "", "kana": "A B", "born_on": "", "amount": "-120"},
        ]
        stream = io.BytesIO()
        written = layouts.write_records(stream, spec, rows, codes={})
        found, rejects = read(source_of(stream.getvalue(), spec=spec))

        assert written.rows == 2
        assert rejects == []
        assert found == [dict.fromkeys(spec.names, "") | row for row in rows]

    def test_a_short_record_is_a_reject(self, source_of):
        record = b"     1" + b" " * 50
        rows, rejects = read(
            source_of(record + b"\r\n" + record[:-1] + b"\r\n" + b"T2".ljust(56), spec=fixed())
        )

        assert len(rows) == 1
        assert [(one.row, one.code) for one in rejects] == [(2, "E0103")]

    def test_a_character_cut_in_two_is_a_reject(self, source_of):
        record = b"     1" + "札".encode("cp932") * 10 + b" " * 30
        shifted = b"     1 " + "札".encode("cp932") * 10 + b" " * 29
        rows, rejects = read(
            source_of(b"\r\n".join([record, shifted, b"T2".ljust(56)]), spec=fixed())
        )

        assert len(rows) == 1
        assert [one.row for one in rejects] == [2]

    def test_a_file_cut_in_a_record_is_refused(self, source_of):
        with pytest.raises(layouts.UnreadableFile, match="切れている"):
            source_of(b"1".rjust(6) + b" " * 51, spec=fixed(newline="", trailer=False))

    def test_what_is_wider_than_its_place_is_not_cut_but_left_out(self):
        stream = io.BytesIO()
        written = layouts.write_records(
            stream, fixed(), [{"number": "1", "name": "札" * 11}, {"number": "2"}], codes={}
        )

        assert written.rows == 1
        assert [(one.row, one.item, one.code) for one in written.unwritten] == [
            (1, "name", "E0003")
        ]
        assert b"T1 " in stream.getvalue()


class TestWriting:
    def test_what_cp932_lacks_is_replaced_and_reported(self):
        stream = io.BytesIO()
        written = layouts.write_records(
            stream, layout(), [PLAIN | {"name": "𠮷葛\U000e0101〜"}], codes=CODES, encoding="cp932"
        )

        assert stream.getvalue().decode("cp932").splitlines()[1].split(",")[2] == "吉葛～"
        (lost,) = written.losses
        assert (lost.row, lost.item) == (1, "name")
        assert [loss.original for loss in lost.losses] == ["𠮷", "葛\U000e0101"]

    def test_a_row_with_a_character_that_nothing_maps_is_left_out_and_the_rest_is_sent(self):
        stream = io.BytesIO()
        written = layouts.write_records(
            stream, layout(), [PLAIN | {"name": "🎉"}, PLAIN], codes=CODES, encoding="cp932"
        )

        assert written.rows == 1
        assert [(one.row, one.item) for one in written.unwritten] == [(1, "name")]
        assert stream.getvalue().decode("cp932").splitlines()[-1] == "T,1"

    def test_a_row_that_breaks_the_layout_is_left_out_and_named(self):
        stream = io.BytesIO()
        written = layouts.write_records(
            stream, layout(), [PLAIN, PLAIN | {"sex": "x"}], codes=CODES
        )

        assert written.rows == 1
        assert [(one.row, one.item, one.code) for one in written.unwritten] == [(2, "sex", "E0002")]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
    @given(data=st.data())
    @settings(max_examples=30)
    def test_every_row_comes_back_as_it_went(self, tmp_path_factory, encoding, data):
        full = st.text("札幌髙﨑あアー～，”", max_size=10)
        rows = data.draw(
            st.lists(
                st.fixed_dictionaries(
                    {
                        "name": full.filter(bool),
                        "sex": st.sampled_from(["", "0", "1", "2"]),
                        "moved_on": st.one_of(
                            st.just(""), st.dates(min_value=date(1900, 1, 1)).map(date.isoformat)
                        ),
                        "income": st.one_of(
                            st.just(""), st.integers(-999_999_999, 999_999_999).map(str)
                        ),
                    }
                ).map(lambda row: PLAIN | row),
                max_size=8,
            )
        )
        path = tmp_path_factory.mktemp("round") / "round.csv"
        with path.open("wb") as stream:
            written = layouts.write_records(stream, layout(), rows, codes=CODES, encoding=encoding)
        source = layouts.open_source(path, layout(), codes=CODES, encoding=encoding)
        found = list(source.chunks(seal=lambda column: column))

        assert (written.rows, written.unwritten) == (len(rows), [])
        columns = [chunk.columns for chunk in found]
        assert list(
            itertools.chain.from_iterable(
                zip(*(one[name] for name in source.layout.names), strict=True) for one in columns
            )
        ) == [tuple(row.get(name, "") for name in source.layout.names) for row in rows]


class TestLayoutsAsData:
    @pytest.mark.parametrize(
        "path", sorted((DATA / "layouts").glob("*.json")), ids=lambda p: p.stem
    )
    def test_every_layout_of_the_project_is_whole(self, path):
        spec = layouts.load_layout(path.stem)

        assert spec.code == path.stem
        assert layouts.load_codes(spec.tables).keys() == spec.tables

    @pytest.mark.parametrize(
        "changes",
        [
            {"form": "xml"},
            {"encoding": "ebcdic"},
            {"fields": []},
            {"fields": [PERSON["fields"][0]] * 2},
            {"fields": [PERSON["fields"][0] | {"type": "Z"}]},
            {"fields": [PERSON["fields"][0] | {"check": "guess"}]},
            {"fields": [PERSON["fields"][0] | {"length": 0}]},
            {"fields": [PERSON["fields"][4]]},
            {"form": "fixed"},
            {"correlations": [{"item": "born_on", "required": True}]},
            {"correlations": [{"item": "born_on", "reason": "なし"}]},
            {"correlations": [{"item": "died_on", "required": True, "reason": "なし"}]},
            {"correlations": [{"item": "name", "equals": "alias", "reason": "なし"}]},
            {"correlations": [{"item": "name", "required": True, "then": "", "reason": "なし"}]},
        ],
    )
    def test_a_wrong_layout_is_refused(self, changes):
        with pytest.raises(BadLayout, match="person"):
            layout(**changes)

    def test_codes_have_their_time(self, tmp_path):
        (tmp_path / "t.csv").write_text(
            "code,name,valid_from,valid_until\n1,a,,2020-01-01\n2,b,2020-01-01,\n3,c,,\n",
            encoding="utf-8",
        )

        assert layouts.load_codes(["t"], folder=tmp_path)["t"] == {"1", "2", "3"}
        on = date(2020, 1, 1)
        assert layouts.load_codes(["t"], on=on, folder=tmp_path)["t"] == {"2", "3"}

    def test_a_missing_table_is_refused(self, tmp_path):
        with pytest.raises(BadLayout, match="nothing"):
            layouts.load_codes(["nothing"], folder=tmp_path)

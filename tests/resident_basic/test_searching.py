"""Residents are found as people name them: every writing of a name, birth, place, number, the past."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.cache import cache
from django.core.management import call_command

from resident_basic import services
from resident_basic.models import ResidentVersion
from resident_basic.rules.searching import patterns, read_question
from resident_basic.selectors import find_residents
from sapporo_base.rules.places import place_key
from tests.factories import system
from tests.resident_basic.factories import a_file, a_resident_number, row

CHUO, KITA = "011011", "011029"


@pytest.fixture
def receive(act, tmp_path):
    """Receive 異動 as a file of 既存住基; return their 宛名番号."""

    def received(*rows):
        cache.clear()
        services.receive_residents(
            path=a_file(tmp_path / "residents.csv", *rows),
            act=replace(act, path="api", system=system("001-000")),
        )
        return [one["resident_number"] for one in rows]

    return received


def named(term, **how):
    """Return the 宛名番号 that the whole city's clerk with every right finds, in their order."""
    how = {"wards": None, "with_protected": True} | how
    return [one.resident_number for one in find_residents(term, **how).people]


def protect(number, act):
    services.start_support_measure(
        resident_number=number,
        kind="1",
        subject_kind="1",
        since=date(2026, 11, 1),
        until=None,
        reason="試験",
        act=act,
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("美園十一条五丁目", "美園11条5-"),
        ("美園11条5丁目", "美園11条5-"),
        ("３０番８号", "30-8-"),
        ("30-8", "30-8"),
        ("南三十五条西五丁目", "南35条西5-"),
        ("二十四軒", "24軒"),
        ("北二十条", "北20条"),
        ("百合が原", "百合が原"),
        ("２丁目の１", "2-1"),
    ],
)
def test_one_key_for_every_writing_of_a_place(text, key):
    assert place_key(text) == key


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("平成2年4月5日", (date(1990, 4, 5), date(1990, 4, 5))),
        ("1990-04-05", (date(1990, 4, 5), date(1990, 4, 5))),
        ("Ｈ２．４．５", (date(1990, 4, 5), date(1990, 4, 5))),
        ("平成2年", (date(1990, 1, 1), date(1990, 12, 31))),
        ("H2", (date(1990, 1, 1), date(1990, 12, 31))),
        ("1990", (date(1990, 1, 1), date(1990, 12, 31))),
        ("令和元年", (date(2019, 1, 1), date(2019, 12, 31))),
        ("平成2年4月", (date(1990, 4, 1), date(1990, 4, 30))),
        ("昭和99年", (None, None)),
    ],
)
def test_a_birth_is_read_in_either_calendar_and_to_the_year(word, found):
    question = read_question(word)
    assert (question.born_from, question.born_until) == found


@pytest.mark.parametrize("word", ["0600001", "060-0001", "〒060-0001", "５０２-０４０５"])
def test_a_postal_code_is_no_date(word):
    question = read_question(word)
    assert question.postal_codes
    assert question.born_from is None


@pytest.mark.parametrize("term", ["", " ", "サ", "・", "　ア　"])
def test_too_little_names_nobody(term):
    assert read_question(term).names_nobody


def test_a_short_word_stands_at_an_end_of_a_word_and_a_long_one_anywhere():
    assert patterns(["林"]) == [" 林 "]
    assert patterns(["佐藤"])[:2] == [" 佐藤", "佐藤 "]
    assert patterns(["佐藤花"])[0] == "佐藤花"
    assert " 佐藤 花" in patterns(["佐藤花"])


@pytest.mark.django_db
class TestNames:
    @pytest.mark.parametrize(
        "term",
        [
            "渡邊",
            "渡辺",
            "渡邉",
            "渡邉\U000e0101",
            "花子",
            "渡辺花子",
            "渡辺 花子",
            "花子 渡辺",
            "ワタナベ",
            "ﾜﾀﾅﾍﾞ",
            "わたなへ",
            "ハナコ",
            "ワタナベハナコ",
            "ナヘ ナコ",
            "渡辺 ハナ 平成2年",
            "旧氏之部",
            "キユウウシ",
        ],
    )
    def test_someone_is_found_by_every_name_and_writing(self, receive, term):
        numbers = receive(
            row(
                name="渡邉　花子",
                name_kana="ワタナベ　ハナコ",
                former_family_name="旧氏之部",
                former_family_name_kana="キュウウジノブ",
            ),
            row(name="佐藤　次郎", name_kana="サトウ　ジロウ"),
        )
        assert named(term) == numbers[:1]

    @pytest.mark.parametrize(
        "term", ["NGUYEN", "ｎｇｕｙｅｎ　ｔｈｉ", "グエン", "山本", "ヤマモト"]
    )
    def test_a_foreign_resident_is_found_by_roman_letters_kana_and_alias(self, receive, term):
        numbers = receive(
            row(
                resident_kind="2",
                name="ＮＧＵＹＥＮ　ＴＨＩ",
                name_kana="グエン　ティ",
                name_roman="NGUYEN THI",
                alias="山本　花",
                alias_kana="ヤマモト　ハナ",
            ),
            row(),
        )
        assert named(term) == numbers[:1]

    @pytest.mark.parametrize(
        ("term", "name"), [("斉藤", "齋藤"), ("山崎", "山﨑"), ("高木", "髙木"), ("桜井", "櫻井")]
    )
    def test_variants_of_a_character_are_equals(self, receive, term, name):
        (number,) = receive(row(name=f"{name}　一"))
        assert named(term) == [number]

    @pytest.mark.parametrize("term", ["ユーコ", "ﾕｰｺ", "さとーユーコ", "サトウ ゆーこ", "ユウコ"])
    def test_a_long_mark_finds_the_vowel(self, receive, term):
        numbers = receive(
            row(name="佐藤　優子", name_kana="サトウ　ユウコ"),
            row(name="佐藤　愛子", name_kana="サトウ　アイコ"),
        )
        assert named(term) == numbers[:1]

    def test_a_percent_sign_is_a_character_like_others(self, receive):
        receive(row())
        assert named("%") == []
        assert named("__") == []

    def test_the_order_is_that_of_the_kana_and_a_page_begins_after_the_last(self, receive):
        numbers = receive(
            *(
                row(name="佐藤　一", name_kana=f"サトウ　{kana}")
                for kana in ("ウメ", "アイ", "エミ")
            )
        )
        first = find_residents("佐藤", wards=None, with_protected=True, limit=2)
        second = find_residents(
            "佐藤", wards=None, with_protected=True, limit=2, after=first.next_after
        )
        assert first.count == 3
        assert [one.resident_number for one in first.people] == [numbers[1], numbers[0]]
        assert [one.resident_number for one in second.people] == [numbers[2]]
        assert second.next_after == ""

    def test_more_than_can_be_read_is_said_and_not_counted(self, receive, monkeypatch):
        monkeypatch.setattr("resident_basic.selectors.searching.MOST_FOUND", 2)
        receive(*(row() for _ in range(4)))
        found = find_residents("札幌", wards=None, with_protected=True)
        assert found.is_too_many
        assert found.count == 2


@pytest.mark.django_db
class TestPlaces:
    @pytest.mark.parametrize(
        "term",
        [
            "美園11条5丁目",
            "美園十一条五丁目30番8号",
            "美園11条5-30-8",
            "札幌市豊平区美園１１条",
            "美園11条 ハナコ",
            "062-0011",
            "〒0620011",
            "住所:美園",
            "美園",
            "ロイヤルコート",
            "住所:ロイヤルコート103",
            "豊平区 花子",
        ],
    )
    def test_someone_is_found_where_they_live(self, receive, term):
        numbers = receive(
            row(
                municipality_code="011053",
                municipality="札幌市豊平区",
                town="美園十一条五丁目",
                block="３０番８号",
                building="ロイヤルコート１０３号室",
                postal_code="0620011",
            ),
            row(postal_code="0600001", town="北一条西"),
        )
        assert named(term) == numbers[:1]

    def test_a_word_that_nobody_bears_was_read_as_a_place_and_it_is_said(self, receive):
        receive(row(town="宮の沢"))
        found = find_residents("宮の沢", wards=None, with_protected=True)
        assert found.places == ("宮の沢",)

    def test_a_town_beside_a_name_is_read_as_one_where_nobody_bears_both(self, receive):
        numbers = receive(
            row(name="佐藤　一", town="宮の沢"),
            row(name="佐藤　二", town="美園"),
            row(name="鈴木　一", town="宮の沢"),
        )
        found = find_residents("佐藤 宮の沢", wards=None, with_protected=True)
        assert [one.resident_number for one in found.people] == numbers[:1]
        assert found.places == ("宮の沢",)

    def test_a_name_that_is_also_a_town_is_a_name(self, receive):
        bearer, _ = receive(row(name="前田　一"), row(town="前田六条"))
        assert named("前田") == [bearer]

    @pytest.mark.parametrize(
        "term", ["北1条西", "住所:北一条", "0600001", "中央区", "サッポロ 中央区"]
    )
    def test_no_place_finds_who_stands_under_protection(self, receive, act, term):
        (number,) = receive(row(postal_code="0600001", name_kana="サッポロ　ハナコ"))
        assert named(term) == [number]
        protect(number, act)

        assert named(term, with_protected=False) == []
        assert named(term, wards=[CHUO], with_protected=False) == []
        assert named("サッポロ", ward=CHUO, with_protected=False) == []
        assert named("サッポロ", wards=[KITA], with_protected=False) == [number]
        assert named(term) == [number]

    def test_a_household_number_finds_its_members_but_nobody_protected(self, receive, act):
        household = a_resident_number()
        number, other = receive(
            row(household_number=household), row(household_number=household, relationship_1="20")
        )
        protect(number, act)
        assert named(household, with_protected=False) == [other]
        assert set(named(household)) == {number, other}
        assert named(number, with_protected=False) == [number]


@pytest.mark.django_db
class TestThePast:
    @pytest.fixture
    def moved(self, receive):
        number = a_resident_number()
        receive(
            row(
                resident_number=number, name="小樽　花子", name_kana="オタル　ハナコ", town="前の町"
            ),
            row(resident_number=number, history_number=2, change_reason="41", town="今の町"),
        )
        return number

    @pytest.mark.parametrize("term", ["小樽", "オタル", "住所:前の町", "オタル 平成2年"])
    def test_a_former_name_or_place_finds_only_when_asked(self, moved, term):
        assert named(term) == []
        found = find_residents(term, wards=None, with_protected=True, include_former=True)
        assert [one.resident_number for one in found.people] == [moved]
        assert found.former == {moved}

    def test_the_ward_is_the_present_one(self, moved):
        assert named("小樽", include_former=True, wards=[CHUO]) == [moved]
        assert named("小樽", include_former=True, wards=[KITA]) == []

    def test_no_former_place_finds_who_stands_under_protection(self, moved, act):
        protect(moved, act)
        assert named("住所:前の町", include_former=True, with_protected=False) == []
        assert named("小樽", include_former=True, with_protected=False) == [moved]


@pytest.mark.django_db
def test_the_keys_are_written_anew_when_their_rule_changed(receive, capsys):
    (number,) = receive(row())
    ResidentVersion.objects.update(name_key="", kana_key="")
    assert named("花子") == []

    call_command("refresh_search_keys")
    call_command("refresh_search_keys")

    assert named("花子") == [number]
    assert capsys.readouterr().out.count(": 1件") == 1

"""Kana, widths and search keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sapporo_base.rules import kana

KATAKANA = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
)
VOICED = "ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポヴ"
SMALL = "ァィゥェォッャュョー"


@pytest.mark.parametrize(
    ("half", "full"),
    [("ｶﾞｷﾞﾊﾟｱｰ", "ガギパアー"), ("ABC 123", "ＡＢＣ　１２３"), ("ｻﾂﾎﾟﾛ ﾊﾅｺ", "サツポロ　ハナコ")],
)
def test_widths_there_and_back(half, full):
    assert kana.to_full_kana(half) == full
    assert kana.to_half_kana(full) == half


@given(st.text(KATAKANA + VOICED + SMALL))
def test_full_width_kana_survive_half_width(text):
    assert kana.to_full_kana(kana.to_half_kana(text)) == text


@given(st.text(KATAKANA + VOICED + SMALL))
def test_voiced_marks_split_and_join(text):
    assert kana.join_voiced_marks(kana.split_voiced_marks(text)) == text


@pytest.mark.parametrize("split", ["カ゛ハ゜", "カ\u3099ハ\u309a", "ガパ"])
def test_voiced_marks_join_in_whichever_writing_they_came(split):
    assert kana.join_voiced_marks(split) == "ガパ"


@pytest.mark.parametrize(
    "group",
    [
        ("キョウコ", "きょうこ", "ｷｮｳｺ", "キヨウコ", "ｷﾖｳｺ", "ギョウコ", "キョウ コ"),
        ("ユーコ", "ﾕｰｺ", "ユ－コ", "ユ-コ", "ゆーこ", "ユコ"),
        ("ヴァイオリン", "ウアイオリン", "ｳﾞｧｲｵﾘﾝ"),
        ("ヰダ", "イダ", "いた", "ｲﾀﾞ"),
        ("ミヅホ", "ミズホ", "みすほ"),
        ("サッポロ　ハナコ", "サツホロハナコ", "ｻﾂﾎﾟﾛ･ﾊﾅｺ"),
    ],
)
def test_one_search_key_for_what_sounds_alike(group):
    assert len({kana.kana_key(text) for text in group}) == 1


def test_different_names_keep_different_keys():
    assert kana.kana_key("タナカ") != kana.kana_key("ナカタ")


@pytest.mark.parametrize(
    "group",
    [
        ("髙橋", "高橋", "髙　橋", "高 橋"),
        ("渡邊", "渡邉", "渡辺", "渡邉\U000e0101"),
        ("齋藤", "斎藤", "齊藤", "斉藤"),
        ("山崎", "山﨑", "山嵜"),
        ("桧山", "檜山"),
        ("濵田", "濱田", "浜田"),
        ("𠮷田", "吉田"),
        ("塚本", "塚本"),
        ("ＳＭＩＴＨ　Ｊｏｈｎ", "smith john"),
    ],
)
def test_variants_of_a_character_are_equals_in_a_search(group):
    assert len({kana.name_key(text) for text in group}) == 1


def test_different_families_stay_different():
    assert len({kana.name_key(name) for name in ("斎藤", "佐藤", "藤斎", "斎木")}) == 4


def test_all_words_of_someones_names_stand_between_spaces():
    words = kana.search_words("髙橋　花子", "ﾀｶﾊｼ ﾊﾅｺ", "", "渡邊")
    assert words == " 高橋 花子 タカハシ ハナコ 渡辺 "


@pytest.mark.parametrize(
    "group", [("札幌はなこ", "札幌ハナコ", "札幌ﾊﾅｺ"), ("霞ヶ関", "霞ケ関"), ("一ノ瀬", "一の瀬")]
)
def test_kana_within_a_written_word_count_by_their_sound(group):
    assert len({kana.word_key(name) for name in group}) == 1


@pytest.mark.parametrize("name", ["さくら", "サクラ", "ｻｸﾗ"])
def test_a_name_written_in_kana_is_found_by_its_sound(name):
    assert kana.word_key(name) == "サクラ"


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ("ユーコ", {"ユコ", "ユウコ"}),
        ("ﾕｰｺ", {"ユコ", "ユウコ"}),
        ("ゆーこ", {"ユコ", "ユウコ"}),
        ("ユ－コ", {"ユコ", "ユウコ"}),
        ("キョーコ", {"キヨコ", "キヨウコ", "キヨオコ"}),
        ("オーノ", {"オノ", "オオノ", "オウノ"}),
        ("ケーコ", {"ケコ", "ケイコ", "ケエコ"}),
        ("ミーア", {"ミア", "ミイア"}),
        ("ｶﾞｰｺ", {"カコ", "カアコ"}),
        ("ンー", {"ン"}),
        ("ユウコ", {"ユウコ"}),
        ("ー・", set()),
    ],
)
def test_a_long_mark_is_asked_for_as_the_vowel_too(asked, keys):
    assert set(kana.kana_keys(asked)) == keys
    assert not asked.strip("ー・") or kana.kana_key(asked) in keys


def test_a_written_name_is_asked_for_with_its_long_mark_as_the_vowel_too():
    assert kana.written_keys("札幌　ゆーこ") == ("札幌ユコ", "札幌ユウコ")
    assert kana.word_keys("髙橋") == ("高橋",)


@given(st.text(st.sampled_from("アキョオエンー-～ｵｰゆ花 "), max_size=40))
def test_however_many_long_marks_the_keys_are_few_and_the_dropped_one_is_among_them(text):
    keys = kana.kana_keys(text)
    assert len(keys) <= 9
    assert kana.kana_key(text) in {*keys, ""}


@given(
    st.text(
        st.one_of(
            st.characters(min_codepoint=0x3041, max_codepoint=0x9FFF),
            st.sampled_from(" 　・ーｱｶﾞAaＺ1-"),
        )
    )
)
def test_keys_are_stable(text):
    assert kana.name_key(kana.name_key(text)) == kana.name_key(text)
    assert kana.kana_key(kana.kana_key(text)) == kana.kana_key(text)

"""What a reader sees, and what is lost on the way to an older character set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sapporo_base.rules import characters
from sapporo_base.rules.characters import CharacterSet, Loss, ShrinkRule


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("札幌", 2),
        ("葛\U000e0101城", 2),
        ("𠮷野", 2),
        ("か\u3099", 1),
        ("が", 1),
        ("", 0),
        ("辻\U000e0100" * 100, 100),
        ("ABC", 3),
    ],
)
def test_lengths_count_what_a_reader_sees(text, length):
    assert characters.visible_length(text) == length
    assert len(characters.visible_characters(text)) == length


@given(st.text())
def test_visible_characters_lose_nothing(text):
    assert "".join(characters.visible_characters(text)) == text


def test_shrinking_to_jis_x_0208_reports_every_loss_with_its_rule():
    shrunk = characters.shrink("髙島屋麴町𠮷葛\U000e0101🎉", CharacterSet.JIS_X_0208)

    assert shrunk.text == "高島屋麹町吉葛〓"
    assert shrunk.losses == (
        Loss(0, "髙", "高", ShrinkRule.UNIFICATION),
        Loss(3, "麴", "麹", ShrinkRule.TAX_AGENCY),
        Loss(5, "𠮷", "吉", ShrinkRule.UNIFICATION),
        Loss(6, "葛\U000e0101", "葛", ShrinkRule.SELECTOR),
        Loss(7, "🎉", "〓", ShrinkRule.UNMAPPABLE),
    )
    assert shrunk.unmappable
    assert not shrunk.lossless


def test_jis_x_0213_keeps_what_jis_x_0208_lacks():
    assert characters.shrink("麴町", CharacterSet.JIS_X_0213).lossless
    assert not characters.shrink("麴町", CharacterSet.JIS_X_0208).lossless


def test_mj_keeps_everything():
    text = "髙𠮷葛\U000e0101"

    assert characters.shrink(text, CharacterSet.MJ) == characters.Shrunk(text, ())


def test_a_voiced_mark_of_its_own_joins_its_kana_without_loss():
    assert characters.shrink("か\u3099髙", CharacterSet.JIS_X_0208).text == "が高"
    assert len(characters.shrink("か\u3099髙", CharacterSet.JIS_X_0208).losses) == 1


@pytest.mark.parametrize("mark", "～－∥￠￡￢―")
def test_marks_of_cp932_go_to_jis_and_back(mark):
    jis = characters.for_jis(mark)

    assert jis.encode("shift_jis").decode("shift_jis") == jis
    assert characters.for_cp932(jis).encode("cp932").decode("cp932") == mark
    assert characters.shrink(mark, CharacterSet.JIS_X_0208).lossless


@given(st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF)))
def test_what_was_shrunk_fits_and_shrinks_no_further(text):
    for target, codec in (
        (CharacterSet.JIS_X_0208, "shift_jis"),
        (CharacterSet.JIS_X_0213, "euc_jis_2004"),
    ):
        shrunk = characters.shrink(text, target)

        assert shrunk.text.encode(codec) is not None
        assert characters.shrink(shrunk.text, target).lossless


@given(st.text("漢字かなカナ髙𠮷葛\U000e0101", max_size=20))
def test_a_loss_names_the_character_at_its_place(text):
    seen = characters.visible_characters(text)

    for loss in characters.shrink(text, CharacterSet.JIS_X_0208).losses:
        assert seen[loss.position] == loss.original

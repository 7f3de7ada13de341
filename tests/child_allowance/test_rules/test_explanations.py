"""Rows in, words out: what the clerk on the phone reads."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from child_allowance.rules.explanations import explain
from child_allowance.rules.json_rows import LONGEST_ROW, NotRows, rows_of


def row(**changes):
    ordinary = {
        "id": "a",
        "month": "2024-09",
        "recipient": {"income_after_deductions": 0, "dependants": 2, "elderly_dependants": 0},
        "children": [{"birth": "2022-10-01", "cared_for": True, "in_facility": False}],
    }
    return {**ordinary, **changes}


def recipient(**changes):
    return row(recipient={"income_after_deductions": 0, "dependants": 0, **changes})


def child(**changes):
    return row(children=[{"birth": "2022-10-01", **changes}])


class TestExplanations:
    """Rows in, the same rows out with what they get and why, or with what is wrong with them."""

    def test_a_row_comes_back_with_what_it_gets_and_why(self):
        (answer,) = explain([row(month="2024-11")])
        assert answer["id"] == "a"
        assert answer["monthly"] == 15_000
        (said,) = answer["children"]
        assert said["birth"] == "2022-10-01"
        assert said["amount"] == 15_000
        assert said["rule"] == "3歳未満(3歳の誕生月まで)の第1子: 月額15,000円"
        assert said["article"] == "児童手当法第6条第1項第1号"

    def test_the_months_without_an_income_test_need_no_income(self):
        (answer,) = explain([{"month": "2024-10", "children": [{"birth": "2022-10-01"}]}])
        assert answer["monthly"] == 15_000

    @pytest.mark.parametrize(
        ("told", "field", "code"),
        [
            (5, "row", "wrong_type"),
            (None, "row", "wrong_type"),
            ({}, "month", "missing"),
            (row(id=[]), "id", "wrong_type"),
            (row(id=True), "id", "wrong_type"),
            (row(id="x" * 201), "id", "too_long"),
            (row(month=202411), "month", "wrong_type"),
            (row(month="2024-13"), "month", "not_a_month"),
            (row(month="2012-05"), "month", "before_first_law"),
            (row(month="9999-12"), "month", "too_late"),
            (row(recipient=[]), "recipient", "wrong_type"),
            (row(recipient={}), "recipient.income_after_deductions", "missing"),
            (
                row(recipient={"income_after_deductions": 0}),
                "recipient.dependants",
                "missing",
            ),
            (
                recipient(income_after_deductions=-1),
                "recipient.income_after_deductions",
                "negative",
            ),
            (
                recipient(income_after_deductions=1.5),
                "recipient.income_after_deductions",
                "not_an_integer",
            ),
            (
                recipient(income_after_deductions=float("nan")),
                "recipient.income_after_deductions",
                "not_an_integer",
            ),
            (
                recipient(income_after_deductions=True),
                "recipient.income_after_deductions",
                "not_an_integer",
            ),
            (
                recipient(income_after_deductions="0"),
                "recipient.income_after_deductions",
                "not_an_integer",
            ),
            (
                recipient(income_after_deductions=10**13),
                "recipient.income_after_deductions",
                "too_large",
            ),
            (recipient(dependants=100), "recipient.dependants", "too_large"),
            (
                recipient(elderly_dependants=1),
                "recipient.elderly_dependants",
                "more_than_dependants",
            ),
            (row(children={}), "children", "wrong_type"),
            (row(children=[]), "children", "empty"),
            (row(children=[{}] * 1001), "children", "too_many"),
            (row(children=["2022-10-01"]), "children[0]", "wrong_type"),
            (row(children=[{}]), "children[0].birth", "missing"),
            (child(birth=20221001), "children[0].birth", "wrong_type"),
            (child(birth="2023-02-29"), "children[0].birth", "not_a_date"),
            (child(birth="20221001"), "children[0].birth", "not_a_date"),
            (child(birth="2022-10-00"), "children[0].birth", "unknown_birth"),
            (child(birth="令和4年10月頃"), "children[0].birth", "unknown_birth"),
            (child(birth_unknown=True), "children[0].birth", "unknown_birth"),
            (child(cared_for="yes"), "children[0].cared_for", "wrong_type"),
            (child(in_facility=None), "children[0].in_facility", "wrong_type"),
        ],
    )
    def test_a_row_that_cannot_be_computed_names_the_field(self, told, field, code):
        (answer,) = explain([told])
        assert answer["error"].startswith(f"{field}: ")
        assert (answer["error_field"], answer["error_code"]) == (field, code)
        assert "monthly" not in answer

    def test_an_unknown_birth_date_is_never_computed_even_beside_known_ones(self):
        (answer,) = explain([row(children=[{"birth": "2020-01-01"}, {"birth": "不詳"}])])
        assert answer["error_field"] == "children[1].birth"
        assert "職員が審査" in answer["error"]

    def test_one_bad_row_does_not_stop_the_others(self):
        answers = list(explain([row(), row(id="b", month="?"), row(id="c")]))
        assert ["error" in answer for answer in answers] == [False, True, False]

    def test_the_same_household_and_month_twice_is_refused_the_second_time(self):
        answers = list(explain([row(), row(month="2024-10"), row()]))
        assert ["error" in answer for answer in answers] == [False, False, True]
        assert answers[2]["error_code"] == "repeated"

    def test_a_misspelt_field_is_named_and_not_used(self):
        (answer,) = explain([recipient(eldery_dependants=2)])
        assert answer["not_used"] == ["recipient.eldery_dependants"]

    def test_the_income_test_is_put_into_words(self):
        told = recipient(income_after_deductions=7_400_000, dependants=3)
        (answer,) = explain([{**told, "month": "2023-01"}])
        assert answer["benefit"] == "特例給付"
        assert "7,360,000円以上" in answer["income_test"]
        assert "9,720,000円未満" in answer["income_test"]

    def test_money_for_a_facility_is_told_apart(self):
        told = row(children=[{"birth": "2015-01-01", "in_facility": True}, {"birth": "2016-01-01"}])
        (answer,) = explain([told])
        assert (answer["monthly"], answer["monthly_to_facility"]) == (20_000, 10_000)
        assert [said["paid_to"] for said in answer["children"]] == ["facility", "recipient"]


class TestJsonRows:
    """Rows are read one by one, whatever the chunks are."""

    @given(
        rows=st.lists(
            st.recursive(
                st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                max_leaves=8,
            )
        ),
        size=st.integers(min_value=1, max_value=40),
    )
    def test_rows_do_not_depend_on_where_the_text_is_cut(self, rows, size):
        text = json.dumps(rows, ensure_ascii=False, indent=1)
        chunks = [text[at : at + size] for at in range(0, len(text), size)]
        assert list(rows_of(chunks)) == rows

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "空のファイル"),
            ("  \n", "空のファイル"),
            ("{}", "JSONの配列"),
            ("<html>", "JSONの配列"),
            ("[", "途中で終わって"),
            ("[1,", "途中で終わって"),
            ('[{"id": "a', "途中で終わって"),
            ("[1 2]", ", か ]"),
            ("[1] 2", "余分な文字"),
            ("[tru]", "1件目がJSONとして読めません"),
            ("[" * 100_000, "深すぎます"),
            ('["' + "x" * (2 * LONGEST_ROW), "長すぎます"),
        ],
    )
    def test_what_is_no_array_is_refused_with_the_reason(self, text, said):
        with pytest.raises(NotRows, match=said):
            list(rows_of(text[at : at + 9999] for at in range(0, len(text), 9999)))

    def test_a_name_given_twice_is_remembered(self):
        (found,) = rows_of(['[{"month": 1, "id": 2, "month": 3}]'])
        assert found.repeated == ("month",)
        (answer,) = explain([found])
        assert (answer["error_field"], answer["error_code"]) == ("month", "repeated")

    def test_a_number_of_a_million_digits_names_its_field(self):
        text = f'[{{"month": "2024-09", "recipient": {{"income_after_deductions": {"9" * 1000}}}}}]'
        (answer,) = explain(rows_of([text]))
        assert answer["error_field"] == "recipient.income_after_deductions"
        assert answer["error_code"] == "too_large"

"""What a household gets and why, in words for the clerk on the phone and keys for machines."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

from child_allowance.rules.amounts import (
    Child,
    ChildAmount,
    Rule,
    Stage,
    amounts_for,
)
from child_allowance.rules.households import (
    CHILD_FIELDS,
    LONGEST_ID,
    RECIPIENT_FIELDS,
    Household,
    RowCannotBeComputed,
    household_of,
)
from child_allowance.rules.income import Benefit, benefit_for, income_ceiling, income_limit
from child_allowance.rules.statutes import Law, law_of

BENEFIT_WORDS = {
    Benefit.CHILD_ALLOWANCE: "児童手当",
    Benefit.SPECIAL_BENEFIT: "特例給付",
    Benefit.NOTHING: "支給なし(所得上限限度額以上)",
}
ARTICLE_OF_RULE = {
    Rule.FIRST_OR_SECOND: ("amount",),
    Rule.THIRD_OR_LATER: ("amount",),
    Rule.IN_FACILITY: ("in_facility",),
    Rule.SPECIAL_BENEFIT: ("special_benefit",),
    Rule.OVER_CEILING: ("income_ceiling",),
    Rule.COUNTED_ONLY: ("counted",),
    Rule.NOT_CARED_FOR: ("counted",),
    Rule.GROWN: ("child", "ages"),
    Rule.BORN_THIS_MONTH: ("start", "late_claim"),
    Rule.NOT_BORN: ("start",),
}
COMPULSORY_SCHOOL_END = 15
"""中学校修了: past it the law of 2024 speaks of ages, not of schools."""


def explain(rows: Iterable[object]) -> Iterator[dict[str, Any]]:
    """
    Answer each row with what it gets and why, or with `error` naming the field.

    Rows come and go one by one. The same `id` and `month` a second time is an error of that row.
    """
    seen: set[bytes] = set()
    for number, row in enumerate(rows, start=1):
        try:
            household = household_of(row)
            _refuse_repeated(row, household, seen)
            yield explain_household(household, row)
        except RowCannotBeComputed as error:
            yield {
                **_identity(row),
                "row": number,
                "error": str(error),
                "error_field": error.field,
                "error_code": error.code,
            }


def explain_household(household: Household, row: Any) -> dict[str, Any]:
    """Return the row with `monthly`, and each child with `amount`, `rule` and `article` (yen)."""
    law = law_of(household.month)
    benefit = benefit_for(law, household.income or 0, household.dependants)
    amounts = amounts_for(household.children, household.month, benefit)
    monthly = sum(item.amount for item in amounts)
    to_facility = sum(item.amount for item in amounts if item.rule is Rule.IN_FACILITY)
    answer = {
        **_identity(row),
        "month": str(household.month),
        "monthly": monthly,
        "monthly_to_recipient": monthly - to_facility,
        "monthly_to_facility": to_facility,
        "law": law.name,
        "benefit": BENEFIT_WORDS[benefit],
        "benefit_code": benefit.value,
        **_income_words(law, household, benefit),
        "recipient": _known(row.get("recipient", {}), RECIPIENT_FIELDS),
        "children": [
            {**_known(told, CHILD_FIELDS), **_child_words(law, household, place, amount)}
            for place, (told, amount) in enumerate(zip(row["children"], amounts, strict=True))
        ],
    }
    if household.unknown_fields:
        answer["not_used"] = list(household.unknown_fields)
    return answer


def rule_in_words(law: Law, child: Child, amount: ChildAmount) -> str:
    """Return why a child gets its amount, as a sentence (Japanese)."""
    yen = f"月額{amount.amount:,}円"
    words = {
        Rule.FIRST_OR_SECOND: f"{_stage_words(law, amount.stage)}の第{amount.rank}子: {yen}",
        Rule.THIRD_OR_LATER: (
            f"{_stage_words(law, amount.stage)}の第{amount.rank}子(第3子以降): {yen}"
        ),
        Rule.IN_FACILITY: (
            f"施設入所等児童({_stage_words(law, amount.stage)}): {yen}。"
            "施設等に支給し、第3子以降の加算はなく、きょうだいの人数にも数えません。"
        ),
        Rule.SPECIAL_BENEFIT: f"特例給付: 所得制限限度額以上のため児童1人につき一律{yen}",
        Rule.OVER_CEILING: "所得上限限度額以上のため支給されません。",
        Rule.COUNTED_ONLY: (
            f"支給の対象ではありませんが、第{amount.rank}子として人数に数えます"
            f"({_counted_words(law, amount.stage)})。"
        ),
        Rule.NOT_CARED_FOR: (
            "監護相当の世話と生計費の負担の届出(確認書)がないため、人数に数えません。"
        ),
        Rule.GROWN: _grown_words(law, child),
        Rule.BORN_THIS_MONTH: "出生の月は支給されません。出生の翌月分から支給します。",
        Rule.NOT_BORN: "この月にはまだ出生していません。",
    }
    return words[amount.rule]


def article_of(law: Law, rule: Rule) -> str:
    """Return the articles a rule rests on, as the law of the month is cited."""
    return "、".join(law.articles[key] for key in ARTICLE_OF_RULE[rule])


def _child_words(law: Law, household: Household, place: int, amount: ChildAmount) -> dict[str, Any]:
    return {
        "amount": amount.amount,
        "rule": rule_in_words(law, household.children[place], amount),
        "article": article_of(law, amount.rule),
        "rule_code": amount.rule.value,
        "stage_code": amount.stage.value,
        "rank": amount.rank,
        "paid_to": "facility" if amount.rule is Rule.IN_FACILITY else "recipient",
    }


def _income_words(law: Law, household: Household, benefit: Benefit) -> dict[str, Any]:
    if not law.income.tested or household.income is None:
        return {"income_test": "所得制限はありません。"}
    limit = income_limit(law, household.dependants)
    ceiling = income_ceiling(law, household.dependants)
    said = f"所得{household.income:,}円、扶養親族等{household.dependants.number}人"
    if benefit is Benefit.CHILD_ALLOWANCE:
        words = f"{said}: 所得制限限度額{limit:,}円未満"
    elif benefit is Benefit.SPECIAL_BENEFIT:
        below = f"、所得上限限度額{ceiling:,}円未満" if ceiling is not None else ""
        words = f"{said}: 所得制限限度額{limit:,}円以上{below}"
    else:
        words = f"{said}: 所得上限限度額{ceiling:,}円以上(再び受けるには新しい認定請求が必要)"
    return {
        "income_test": words,
        "income_article": law.articles["income_limit"],
        "income_limit": limit,
        "income_ceiling": ceiling,
    }


def _stage_words(law: Law, stage: Stage) -> str:
    young = law.ages.young_through_birthday_month_of
    if stage is Stage.YOUNG:
        return f"{young}歳未満({young}歳の誕生月まで)"
    if law.ages.paid_until_fiscal_year_end_of > COMPULSORY_SCHOOL_END:
        return f"{young}歳以上{law.ages.paid_until_fiscal_year_end_of}歳の年度末まで"
    return f"{young}歳以上小学校修了前" if stage is Stage.PRIMARY else "小学校修了後中学校修了前"


def _counted_words(law: Law, stage: Stage) -> str:
    if stage is Stage.COUNTED_IF_CARED_FOR:
        until = law.ages.cared_for_until_fiscal_year_end_of
        return f"監護相当の世話と生計費の負担がある、{until}歳の年度末までの子"
    return f"{law.ages.counted_until_fiscal_year_end_of}歳の年度末までの児童"


def _grown_words(law: Law, child: Child) -> str:
    if child.in_facility:
        return "支給対象の年齢を過ぎています(施設入所等児童は人数に数えません)。"
    return (
        f"支給の対象({law.ages.paid_until_fiscal_year_end_of}歳の年度末まで)でも、"
        "人数に数える年齢でもありません。"
    )


def _known(told: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    """Return the fields that were read and found good; nothing else is repeated."""
    return {key: value for key, value in told.items() if key in fields}


def _identity(row: object) -> dict[str, Any]:
    """Return what a row can be told by, if it said so in a form fit to be repeated."""
    if not isinstance(row, dict):
        return {}
    return {
        key: row[key]
        for key in ("id", "month")
        if isinstance(row.get(key), str | int) and len(str(row[key])) <= LONGEST_ID
    }


def _refuse_repeated(row: Any, household: Household, seen: set[bytes]) -> None:
    if "id" not in row:
        return
    mark = blake2b(f"{household.month}/{row['id']!r}".encode(errors="replace"), digest_size=16)
    if mark.digest() in seen:
        raise RowCannotBeComputed("id", "repeated", "同じ id と month の行が前にあります。")
    seen.add(mark.digest())

"""A household as `explain_allowance` is told it: read strictly, refused by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from child_allowance.rules.amounts import Child
from child_allowance.rules.income import Dependants
from child_allowance.rules.json_rows import JsonObject
from child_allowance.rules.months import Month, NotAMonth
from child_allowance.rules.statutes import all_laws, law_of

LAST_MONTH = Month(2199, 12)
MOST_CHILDREN = 1000
MOST_DEPENDANTS = 99
MOST_YEN = 1_000_000_000_000
LONGEST_ID = 200
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
UNKNOWN_DATE = re.compile(r"不詳|不明|頃|ころ|推定|春|夏|秋|冬|上旬|中旬|下旬|-00")
ROW_FIELDS = frozenset({"id", "month", "recipient", "children"})
RECIPIENT_FIELDS = frozenset({"income_after_deductions", "dependants", "elderly_dependants"})
CHILD_FIELDS = frozenset({"birth", "birth_unknown", "cared_for", "in_facility"})


class RowCannotBeComputed(ValueError):
    """A field is missing, malformed or unknown: `field` names it, `code` says how, for machines."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.code = code


@dataclass(frozen=True)
class Household:
    """One row: whom the money is asked for, for which month, and what the recipient earns."""

    month: Month
    children: tuple[Child, ...]
    income: int | None
    dependants: Dependants
    unknown_fields: tuple[str, ...] = ()


def household_of(row: object) -> Household:
    """
    Read a household from a JSON row.

    Income and dependants are asked for only where the law of the month tests them.

    :raises RowCannotBeComputed: a field is missing, malformed, or can only be judged by a person.
    """
    fields = _object(row, "row")
    if "id" in fields:
        _identifier(fields["id"])
    month = _month(fields)
    tested = law_of(month).income.tested
    recipient = _object(
        _required(fields, "recipient") if tested else fields.get("recipient", {}), "recipient"
    )
    income, dependants = _income(recipient, required=tested)
    children, unknown = _children(_required(fields, "children"))
    return Household(
        month=month,
        children=children,
        income=income,
        dependants=dependants,
        unknown_fields=(
            *_unknown(fields, ROW_FIELDS, ""),
            *_unknown(recipient, RECIPIENT_FIELDS, "recipient."),
            *unknown,
        ),
    )


def _identifier(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RowCannotBeComputed("id", "wrong_type", "文字列か整数で指定してください。")
    if len(str(value)) > LONGEST_ID:
        raise RowCannotBeComputed("id", "too_long", f"{LONGEST_ID}文字までで指定してください。")


def _month(fields: Mapping[str, Any]) -> Month:
    text = _required(fields, "month")
    if not isinstance(text, str):
        raise RowCannotBeComputed("month", "wrong_type", "YYYY-MM の文字列で指定してください。")
    try:
        month = Month.parse(text)
    except NotAMonth:
        raise RowCannotBeComputed(
            "month", "not_a_month", "YYYY-MM の形の月ではありません。"
        ) from None
    first = all_laws()[0].from_month
    if month < first:
        raise RowCannotBeComputed(
            "month",
            "before_first_law",
            f"{first.year}年{first.number}月分より前は計算できません(当時は別の法律でした)。",
        )
    if month > LAST_MONTH:
        raise RowCannotBeComputed("month", "too_late", f"{LAST_MONTH}分までで指定してください。")
    return month


def _income(recipient: Mapping[str, Any], *, required: bool) -> tuple[int | None, Dependants]:
    income = number = None
    if required or "income_after_deductions" in recipient:
        income = _whole(recipient, "income_after_deductions", most=MOST_YEN, unit="円")
    if required or "dependants" in recipient:
        number = _whole(recipient, "dependants", most=MOST_DEPENDANTS, unit="人")
    elderly = 0
    if "elderly_dependants" in recipient:
        elderly = _whole(recipient, "elderly_dependants", most=MOST_DEPENDANTS, unit="人")
    if elderly > (number or 0):
        raise RowCannotBeComputed(
            "recipient.elderly_dependants",
            "more_than_dependants",
            "老人扶養親族は扶養親族等(dependants)の内数です。それより多くはなりません。",
        )
    return income, Dependants(number=number or 0, elderly=elderly)


def _children(value: object) -> tuple[tuple[Child, ...], tuple[str, ...]]:
    if not isinstance(value, list):
        raise RowCannotBeComputed("children", "wrong_type", "児童の配列で指定してください。")
    if not value:
        raise RowCannotBeComputed("children", "empty", "児童が1人もいません。")
    if len(value) > MOST_CHILDREN:
        raise RowCannotBeComputed("children", "too_many", f"{MOST_CHILDREN}人までです。")
    children: list[Child] = []
    unknown: list[str] = []
    for place, item in enumerate(value):
        name = f"children[{place}]"
        fields = _object(item, name)
        children.append(
            Child(
                birth=_birth(fields, name),
                cared_for=_flag(fields, name, "cared_for"),
                in_facility=_flag(fields, name, "in_facility"),
            )
        )
        unknown += _unknown(fields, CHILD_FIELDS, f"{name}.")
    return tuple(children), tuple(unknown)


def _birth(fields: Mapping[str, Any], name: str) -> date:
    field = f"{name}.birth"
    if _flag(fields, name, "birth_unknown"):
        raise _unknown_birth(field)
    value = _required(fields, "birth", field)
    if not isinstance(value, str):
        raise RowCannotBeComputed(field, "wrong_type", "YYYY-MM-DD の文字列で指定してください。")
    if UNKNOWN_DATE.search(value):
        raise _unknown_birth(field)
    if not DATE.fullmatch(value):
        raise RowCannotBeComputed(field, "not_a_date", "YYYY-MM-DD の形の日付ではありません。")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise RowCannotBeComputed(field, "not_a_date", "暦にない日付です。") from None


def _unknown_birth(field: str) -> RowCannotBeComputed:
    return RowCannotBeComputed(
        field,
        "unknown_birth",
        "生年月日が不詳のため計算できません。戸籍等で確かめ、職員が審査してください。",
    )


def _flag(fields: Mapping[str, Any], name: str, key: str) -> bool:
    value = fields.get(key, False)
    if not isinstance(value, bool):
        raise RowCannotBeComputed(
            f"{name}.{key}", "wrong_type", "true か false で指定してください。"
        )
    return value


def _whole(fields: Mapping[str, Any], key: str, *, most: int, unit: str) -> int:
    field = f"recipient.{key}"
    value = _required(fields, key, field)
    if value == float("inf"):
        raise RowCannotBeComputed(field, "too_large", f"{most:,}{unit}までで指定してください。")
    if isinstance(value, bool) or not isinstance(value, int):
        raise RowCannotBeComputed(field, "not_an_integer", f"整数({unit})ではありません。")
    if value < 0:
        raise RowCannotBeComputed(field, "negative", "0以上で指定してください。")
    if value > most:
        raise RowCannotBeComputed(field, "too_large", f"{most:,}{unit}までで指定してください。")
    return value


def _required(fields: Mapping[str, Any], key: str, field: str | None = None) -> Any:
    if key not in fields:
        raise RowCannotBeComputed(field or key, "missing", "指定がありません。")
    return fields[key]


def _object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RowCannotBeComputed(name, "wrong_type", "JSONのオブジェクト({ })ではありません。")
    if isinstance(value, JsonObject) and value.repeated:
        prefix = "" if name == "row" else f"{name}."
        raise RowCannotBeComputed(
            f"{prefix}{value.repeated[0]}", "repeated", "同じ項目が2回以上あります。"
        )
    return value


def _unknown(fields: Mapping[str, Any], known: frozenset[str], prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix}{key}" for key in fields if key not in known)

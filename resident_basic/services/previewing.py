"""「このシステムはこの方の何を見るか」: asked by staff with a right and a reason, recorded before it is shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from resident_basic import selectors
from resident_basic.models import FileSubscription
from resident_basic.rules.applications import FILE
from resident_basic.rules.day_files import narrowed_layout
from resident_basic.services.permits import INFORMATION
from sapporo_base import selectors as base_questions
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotFound, NotPermitted
from sapporo_base.layouts import LayoutSpecification, Tables, golden, parse_layout
from sapporo_base.models import BusinessSystem

_KIND = "disclosure_previewed"


def preview_disclosure(
    *,
    system: BusinessSystem,
    number: str,
    day: date,
    act: Act,
    wards: Collection[str] | None = None,
    may_open_protected: bool = False,
) -> selectors.Preview:
    """
    Return what a system would be given of a resident, and why not the rest. Recorded with its reason.

    :param wards: the wards that the member of staff serves; None for the whole city.
    :param may_open_protected: whether they may open people under 支援措置.
    :raises NotFound: nobody bears this 宛名番号, or not in the wards that they serve.
    :raises NotPermitted: the person stands under 支援措置 and they lack the right.
    :raises InvalidRequest: no reason is given, or the day lies ahead.
    """
    if not act.reason.strip():
        raise InvalidRequest("理由を入力してください。", fields={"reason": "必須です。"})
    if day > act.day:
        raise InvalidRequest(fields={"day": "今日以前の日を入力してください。"})
    latest = selectors.latest_of([number]).get(number)
    if latest is None or (wards is not None and latest.municipality_code not in wards):
        raise NotFound(
            "該当する住民がいないか、担当区の外の住民です。",
            fields={"number": "該当する住民がいません。"},
        )
    if selectors.protected_among([number]) and not may_open_protected:
        words = "支援措置対象者の内容を確認する権限がありません。"
        base.record_refusal(
            act,
            _KIND,
            detail=words,
            subjects=[("resident", number)],
            receiver_code=system.code,
            information=INFORMATION,
        )
        raise NotPermitted(words)
    with transaction.atomic():
        found = selectors.preview(system=system, number=number, day=day, today=act.day)
        base.record_linkage(
            act,
            _KIND,
            subjects=[("resident", number)],
            items=[one.name for one in found.items if one.is_given],
            withheld=[one.name for one in found.items if not one.is_given],
            receiver_code=system.code,
            information=INFORMATION,
            detail=f"移転内容の確認 {day:%Y-%m-%d}",
        )
        return found


@dataclass(frozen=True, slots=True)
class PreviewedRow:
    """A resident as a row of a system's 日次ファイル: the values, and what its layout of today makes of them."""

    layout: LayoutSpecification
    values: Mapping[str, str]
    rendered: golden.Rendered
    tables: Tables


def preview_file_row(*, found: selectors.Preview, number: str, act: Act) -> PreviewedRow | None:
    """
    Return how a resident who was just previewed stands in the system's file, None if it gets no files.

    Part of a look that `preview_disclosure` has recorded: the same person, and no item that it did not
    name. 個人番号 is never in it.
    """
    subscription = FileSubscription.objects.filter(system=found.system, is_active=True).first()
    approval = selectors.approved_items(system=found.system, day=act.day, form=FILE)
    if subscription is None or not found.known or found.day != act.day or not approval.disclosed:
        return None
    given = {one.name for one in found.items if one.is_given}
    rows = selectors.residents_for(numbers=[number], approval=approval)
    if not rows or not set(approval.items) <= given | set(rows[0].withheld):
        return None
    definition = base_questions.layout_definition(subscription.layout_code, day=act.day)
    layout = narrowed_layout(
        parse_layout(definition),
        encoding=subscription.encoding,
        columns=selectors.item_columns(approval.items),
        reduced=approval.reductions,
        individual_number=False,
    ).layout
    values = {"resident_number": number, "is_latest": "1"} | {
        name: "" if value is None else str(value) for name, value in rows[0].items.items()
    }
    tables = base_questions.tables_for([layout], day=act.day)
    return PreviewedRow(layout, values, golden.rendered(layout, [values], tables), tables)

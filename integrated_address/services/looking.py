"""What staff look up and open: recorded before it is shown (番号法第23条, 安全管理措置)."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from integrated_address.models import IndividualNumber, IntegratedAddressee
from integrated_address.selectors import people_matching, with_basics
from integrated_address.services.keys import writing_column
from integrated_address.services.numbering import refuse_wrong_number
from integrated_address.services.watching import count_searches
from sapporo_base import sealing
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest

MOST_SHOWN = 20
_OPEN = Q(valid_until__isnull=True, superseded_at__isnull=True)


@transaction.atomic
def look_up_people(
    *, term: str, with_protected: bool, act: Act
) -> tuple[Sequence[IntegratedAddressee], bool]:
    """
    Return up to twenty people whom a term names, and whether there are more; recorded.

    That someone under 支援措置 was looked for whom the reader may not see is recorded as refused.
    """
    matching = people_matching(term, with_protected=with_protected)
    if not with_protected:
        record_withheld_search(term=term, act=act)
    found = list(with_basics(matching.order_by("pk"))[: MOST_SHOWN + 1])
    shown = found[:MOST_SHOWN]
    if shown:
        base.record_linkage(
            act,
            "listed",
            subjects=[("integrated", one.pk) for one in shown],
            items=["氏名", "生年月日", "住所", "団体内統合宛名番号"],
        )
    return shown, len(found) > MOST_SHOWN


def record_withheld_search(*, term: str, act: Act) -> None:
    """Record that a term named people under 支援措置 who are not shown to the one who searched."""
    hidden = people_matching(term, with_protected=True).filter(under_support=True)
    numbers = list(hidden.order_by("pk").values_list("pk", flat=True)[:MOST_SHOWN])
    if numbers:
        base.record_refusal(
            act,
            "listed",
            detail="支援措置対象者を検索結果に表示しませんでした。",
            subjects=[("integrated", number) for number in numbers],
        )


def look_up_by_individual_number(
    *, individual_number: str, with_protected: bool, act: Act
) -> IntegratedAddressee | None:
    """
    Return whose 個人番号 it is; None where nobody has it whom the reader may see.

    A search that finds nothing is recorded like one that does.

    :raises InvalidRequest: no reason, a wrong check digit, or a 法人番号.
    :raises SearchesStopped: too many searches within the hour.
    """
    if not act.reason:
        raise InvalidRequest(fields={"reason": "理由を入力してください。"})
    refuse_wrong_number(individual_number)
    count_searches(act)
    return _found_by_number(individual_number, with_protected=with_protected, act=act)


@transaction.atomic
def _found_by_number(
    individual_number: str, *, with_protected: bool, act: Act
) -> IntegratedAddressee | None:
    writing_column(at=act.at)
    digest = sealing.digest(individual_number)
    held = (
        IndividualNumber.objects.filter(_OPEN)
        .filter(Q(digest=digest) | Q(second_digest=digest))
        .select_related("addressee")
        .first()
    )
    hidden = held is not None and held.addressee.under_support and not with_protected
    base.record_linkage(
        act,
        "addressee_searched",
        subjects=[("integrated", held.addressee_id)] if held is not None else [],
        items=["団体内統合宛名番号"],
        withheld=["団体内統合宛名番号"] if hidden else [],
        result="refused" if hidden else "done",
        detail="" if held is not None else "該当なし",
        opened_individual_number=True,
    )
    return None if held is None or hidden else held.addressee


@transaction.atomic
def show_individual_number(*, integrated_number: str, act: Act) -> str | None:
    """
    Return the 個人番号 of one person for a member of staff; None where there is none. Recorded.

    :raises InvalidRequest: no reason.
    """
    if not act.reason:
        raise InvalidRequest(fields={"reason": "理由を入力してください。"})
    held = IndividualNumber.objects.filter(_OPEN, addressee=integrated_number).first()
    base.record_linkage(
        act,
        "individual_number_shown",
        subjects=[("integrated", integrated_number)],
        items=["個人番号"],
        opened_individual_number=held is not None,
    )
    if held is None:
        return None
    return sealing.number_ring().open(bytes(held.ciphertext)).decode()

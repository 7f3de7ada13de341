"""年次確認: once a year the using section says what it still needs, and is reminded of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F

from resident_basic import selectors
from resident_basic.models import ApplicationNotice, Certification, UseApplication
from resident_basic.rules.applications import Phase, next_certification
from resident_basic.rules.items import PROTECTION_MARK
from resident_basic.services.application_steps import (
    NotToldWhoIsProtected,
    State,
    Step,
    lacks_protection_mark,
    locked,
    staff_of,
    take_step,
)
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow
from sapporo_base.rules.dates import format_date

_TELLS = {
    Phase.CERTIFICATION_DUE: ApplicationNotice.Kind.CERTIFICATION_DUE,
    Phase.CERTIFICATION_LATE: ApplicationNotice.Kind.CERTIFICATION_LATE,
    Phase.STOPPED: ApplicationNotice.Kind.STOPPED,
    Phase.EXPIRING: ApplicationNotice.Kind.EXPIRING,
    Phase.EXPIRED: ApplicationNotice.Kind.EXPIRED,
}
_ABOUT_THE_END = frozenset({Phase.EXPIRING, Phase.EXPIRED})
_MOST_TRIES: Final = 20
_CERTIFY: Final = "利用申請の画面で「年次確認をする」を行ってください。"
_RENEW: Final = "継続して利用する場合は、利用申請の画面で「更新を申請する」を行ってください。"
_CURES: Final = {
    ApplicationNotice.Kind.CERTIFICATION_DUE: _CERTIFY,
    ApplicationNotice.Kind.CERTIFICATION_LATE: f"{_CERTIFY}猶予期間を過ぎると移転が止まります。",
    ApplicationNotice.Kind.STOPPED: f"{_CERTIFY}確認すると、移転はすぐに再開します。",
    ApplicationNotice.Kind.EXPIRING: _RENEW,
    ApplicationNotice.Kind.EXPIRED: _RENEW,
}
_NOTICE: Final = """\
{kind}

利用申請: {application}
利用目的: {purpose}
対象の期日: {about_on}

{cure}

このメールは個人基本が自動で送信しています。
"""


@transaction.atomic
def recertify(
    *,
    application: UseApplication,
    given_up: Collection[str] = (),
    remark: str = "",
    act: Act,
) -> Certification:
    """
    Certify that an approved 利用申請 is still needed; items that are not end at once.

    A late one, even after its grace, takes up the delivery again. 個人番号 and the rest stand as
    they were granted.

    :raises NotNow: it is not approved, has expired, or its day is not near yet.
    :raises InvalidRequest: an item is given up that is not given, or all of them are.
    :raises NotToldWhoIsProtected: 支援措置区分 is given up, and 住所 of protected people are not.
    """
    application = locked(application, State.APPROVED)
    due, ends = application.recertify_on, application.granted_until
    if due is None or ends is None or ends <= act.day:
        raise NotNow("利用期間が満了しています。継続するには更新を申請してください。")
    if due >= ends:
        raise NotNow("満了までに年次確認はありません。継続するには更新を申請してください。")
    if act.day < due - selectors.terms().reminder:
        raise NotNow("年次確認の時期ではありません。")
    in_force = application.approved_items.filter(valid_until__gt=act.day)
    given = set(in_force.values_list("item", flat=True))
    if unknown := sorted(set(given_up) - given):
        raise InvalidRequest(fields=dict.fromkeys(unknown, "移転を受けていない項目です。"))
    if given and given == set(given_up) and not application.grants_individual_number:
        raise InvalidRequest(
            "すべての項目が不要な場合は、利用申請を取り下げてください。",
            fields={"given_up": "少なくとも1項目を残してください。"},
        )
    if lacks_protection_mark(
        application,
        protected_people=application.grants_protected_people,
        items=given - set(given_up),
    ):
        raise NotToldWhoIsProtected(fields={PROTECTION_MARK: NotToldWhoIsProtected.message})
    for item in in_force.filter(item__in=given_up):
        item.valid_until = max(act.day, item.valid_from)
        item.save(update_fields=["valid_until"])
    certification = Certification.objects.create(
        application=application,
        due_on=due,
        certified_by=staff_of(act),
        certified_at=act.at,
        next_due_on=next_certification(certified_on=max(due, act.day), granted_until=ends),
        given_up=sorted(given_up),
        remark=remark,
    )
    application.recertify_on = certification.next_due_on
    application.save(update_fields=["recertify_on"])
    take_step(act, Step.CERTIFIED, application, reason=remark)
    return certification


@dataclass(frozen=True, slots=True)
class NoticeToTell:
    """A 利用申請のお知らせ as it is written by e-mail; nothing of a resident is in it."""

    id: int
    addresses: Sequence[str]
    title: str
    words: str


def notices_to_tell(*, day: date) -> list[NoticeToTell]:
    """
    Return the 利用申請のお知らせ of which nobody was told by e-mail yet, oldest first.

    They go to who drafted and who submitted the application, as far as they still work here, and to
    `APPLICATION_EMAILS` (スマートシティ推進部).
    """
    waiting = ApplicationNotice.objects.filter(told_at=None, told_attempts__lt=_MOST_TRIES)
    found = waiting.select_related(
        "application__system", "application__drafted_by", "application__submitted_by"
    )
    return [
        NoticeToTell(
            id=one.pk,
            addresses=_addresses(one.application, day=day),
            title=f"【利用申請】{one.get_kind_display()}(第{one.application_id}号)",
            words=_NOTICE.format(
                application=one.application,
                purpose=one.application.purpose,
                kind=one.get_kind_display(),
                about_on=format_date(one.about_on),
                cure=_CURES[ApplicationNotice.Kind(one.kind)],
            ),
        )
        for one in found.order_by("raised_at", "pk")
    ]


def note_notice_told(*, notice_id: int, at: datetime, error: str = "") -> None:
    """Note that a notice was told by e-mail, or why not: it is tried again."""
    ApplicationNotice.objects.filter(pk=notice_id).update(
        told_at=None if error else at,
        told_error=error[:100],
        told_attempts=F("told_attempts") + 1,
    )


def _addresses(application: UseApplication, *, day: date) -> list[str]:
    people = (application.drafted_by, application.submitted_by)
    applicants = [one.email for one in people if one and one.email and one.is_valid_on(day)]
    return list(dict.fromkeys([*applicants, *settings.APPLICATION_EMAILS]))


@transaction.atomic
def remind_sections(*, act: Act) -> int:
    """
    Write the 利用申請のお知らせ that are due: certifications near, late or missed, ends near or come.

    Each is written once, whenever this runs. Return how many are new.
    """
    notices = []
    for application in UseApplication.objects.filter(state=State.APPROVED).order_by("pk"):
        phase = selectors.phase(application, day=act.day)
        about_the_end = phase in _ABOUT_THE_END
        about_on = application.granted_until if about_the_end else application.recertify_on
        if about_the_end and selectors.is_renewed(application):
            continue
        if phase in _TELLS and about_on is not None:
            notices.append(
                ApplicationNotice(
                    application=application,
                    kind=_TELLS[phase],
                    about_on=about_on,
                    raised_at=act.at,
                )
            )
    before = ApplicationNotice.objects.count()
    ApplicationNotice.objects.bulk_create(notices, ignore_conflicts=True)
    new = ApplicationNotice.objects.count() - before
    if new:
        base.record_linkage(act, "sections_reminded", detail=f"利用申請のお知らせ {new}件")
    return new

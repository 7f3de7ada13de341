"""年次確認: once a year the using section says what it still needs, and is reminded of it."""

from collections.abc import Collection

from django.db import transaction

from resident_basic import selectors
from resident_basic.models import ApplicationNotice, Certification, UseApplication
from resident_basic.rules.applications import Phase, next_certification
from resident_basic.services.application_steps import State, Step, locked, staff_of, take_step
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow

_TELLS = {
    Phase.CERTIFICATION_DUE: ApplicationNotice.Kind.CERTIFICATION_DUE,
    Phase.CERTIFICATION_LATE: ApplicationNotice.Kind.CERTIFICATION_LATE,
    Phase.STOPPED: ApplicationNotice.Kind.STOPPED,
    Phase.EXPIRING: ApplicationNotice.Kind.EXPIRING,
    Phase.EXPIRED: ApplicationNotice.Kind.EXPIRED,
}
_ABOUT_THE_END = frozenset({Phase.EXPIRING, Phase.EXPIRED})


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

"""The blocks of 利用申請 on the home page: for who decides, and for the section that uses."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from resident_basic import selectors
from resident_basic.admin.applications.drafting import EVERY, own_systems
from resident_basic.models import UseApplication
from resident_basic.rules.applications import Phase, stops_on
from sapporo_base.admin import display
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.rules.dates import format_date

State = UseApplication.State
_ATTENTION = {
    Phase.STOPPED: Attention.STOPPED,
    Phase.CERTIFICATION_LATE: Attention.WARNED,
    Phase.CERTIFICATION_DUE: Attention.WAITING,
    Phase.EXPIRING: Attention.WAITING,
}
_MOST = 5


def _url(application: UseApplication) -> str:
    return reverse("admin:resident_basic_useapplication_change", args=[application.pk])


def _list() -> tuple[str, str]:
    return "利用申請の一覧", reverse("admin:resident_basic_useapplication_changelist")


def application_block(request: HttpRequest) -> HomeBlock | None:
    """Show the 利用申請 that wait for a decision, the oldest first, and what is stopped or late."""
    if not request.user.has_perm(EVERY):
        return None
    now = timezone.now()
    waiting = UseApplication.objects.filter(state=State.SUBMITTED)
    oldest = list(waiting.select_related("system").order_by("submitted_at")[:_MOST])
    count = waiting.count()
    rows = [
        HomeRow(
            str(one),
            f"{display.waited(one.submitted_at, at=now)}待ち" if one.submitted_at else "",
            _url(one),
            Attention.WAITING,
        )
        for one in oldest
    ]
    late = [
        (one, phase)
        for one, phase in selectors.applications_to_certify(day=timezone.localdate())
        if phase in {Phase.STOPPED, Phase.CERTIFICATION_LATE}
    ]
    rows += [HomeRow(str(one), phase.value, _url(one), _ATTENTION[phase]) for one, phase in late]
    return HomeBlock(
        title="利用申請",
        state=f"決定待ち {count:,}件" if count else "決定待ちなし",
        attention=max((row.attention for row in rows), default=Attention.CALM),
        rows=rows[: 2 * _MOST],
        links=[_list()],
        order=40,
    )


def section_block(request: HttpRequest) -> HomeBlock | None:
    """Remind the section that uses: of what was returned, and of 年次確認 and ends that come near."""
    systems = list(own_systems(request))
    if not systems:
        return None
    rows = [
        HomeRow(str(one), "差戻し(修正が必要)", _url(one), Attention.WARNED)
        for one in UseApplication.objects.filter(
            system__in=systems, state=State.RETURNED
        ).select_related("system")
    ]
    for one, phase in selectors.applications_to_certify(day=timezone.localdate(), systems=systems):
        rows.append(HomeRow(str(one), _words(one, phase), _url(one), _ATTENTION[phase]))
    drafts = UseApplication.objects.filter(system__in=systems, state=State.DRAFT).count()
    if drafts:
        rows.append(HomeRow("作成中の申請", f"{drafts:,}件", _list()[1]))
    wanted = sum(row.attention > Attention.CALM for row in rows)
    return HomeBlock(
        title="所管する利用申請",
        state=f"対応が必要 {wanted:,}件" if wanted else "対応は不要です",
        attention=max((row.attention for row in rows), default=Attention.CALM),
        rows=rows[: 2 * _MOST],
        links=[_list()],
        order=39,
    )


def _words(application: UseApplication, phase: Phase) -> str:
    if phase is Phase.EXPIRING and application.granted_until is not None:
        return f"{format_date(application.granted_until, weekday=False)}に満了します"
    if application.recertify_on is None:
        return phase.value
    if phase is Phase.STOPPED:
        return "年次確認がないため移転を停止しています"
    if phase is Phase.CERTIFICATION_LATE:
        last = stops_on(application.recertify_on, selectors.terms())
        return f"年次確認が遅れています({format_date(last, weekday=False)}から移転停止)"
    return f"年次確認の期日 {format_date(application.recertify_on, weekday=False)}"
